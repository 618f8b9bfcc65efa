"""Writes `work.tsv` and `unseen.tsv` from the package that ORIGIN.md names.

    python3 make.py <folder of i18n-iso-countries>

A line is a country, the language, and a name. The hash of a name decides its half, so nobody chooses.
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Languages in which the gazetteer knows the countries; of the others one name in eight says that none misleads.
KNOWN = set("en de fr es it pt nl sl hr pl cs sk da sv nb no fi hu tr ro bg el et lv lt ru uk ja zh ko ar he".split())


def names(folder):
    for path in sorted((folder / "langs").glob("*.json")):
        for code, shown in json.loads(path.read_text())["countries"].items():
            for name in [shown] if isinstance(shown, str) else shown:
                yield code, path.stem, " ".join(name.split())


def main():
    halves = {"work": [], "unseen": []}
    for code, language, name in names(Path(sys.argv[1])):
        place = hashlib.sha256(f"{language} {name}".encode()).digest()
        if name and (language in KNOWN or place[1] % 8 == 0):
            halves["unseen" if place[0] % 2 else "work"].append(f"{code}\t{language}\t{name}\n")
    for half, lines in halves.items():
        (HERE / f"{half}.tsv").write_text("".join(sorted(lines)))
        print(half, len(lines), "names,", sum(len(line.encode()) for line in lines), "bytes")


if __name__ == "__main__":
    main()

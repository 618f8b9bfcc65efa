"""Makes the mails of this corpus again from the packages they come from: `python3 tests/corpus/mail/gather.py`.

`labels.tsv` says which mail of which package lies where. With `--check` nothing is written, and a file that would differ is an
error.
"""

import ast
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from files import make  # noqa: E402
from neutral import number  # noqa: E402

BODY = (
    "From: Robin Linde <robin@example.org>\nTo: Sales <sales@example.com>\nSubject: {subject}\n"
    "Date: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <{id}@example.org>\nIn-Reply-To: <{to}@example.com>\nMIME-Version: 1.0\n"
    "Content-Type: text/{subtype}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
)


def mails(path, raw):
    """The mails in a file: of an mbox each, of a Python or Lua source each text of several lines, else the file itself."""
    if path.endswith(".py"):
        nodes = (node for node in ast.walk(ast.parse(raw)) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        texts = sorted((node.lineno, node.col_offset, node.value) for node in nodes)
        return [text.encode() for _, _, text in texts if text.count("\n") >= 2]
    if path.endswith(".lua"):
        runs = re.findall(r'(?:"(?:[^"\\\n]|\\.)*"\s*\.\.\s*)+"(?:[^"\\\n]|\\.)*"', raw.decode())
        texts = ["".join(ast.literal_eval(part) for part in re.findall(r'"(?:[^"\\\n]|\\.)*"', run)) for run in runs]
        return [text.replace("\r\n", "\n").encode() for text in texts if text.count("\n") >= 2]
    if raw.startswith(b"From ") or b"\nFrom " in raw[:2]:
        parts = re.split(rb"(?m)^From [^\n]*(?:19|20)\d\d[^\n]*\n", raw)[1:]
        return parts or [raw.partition(b"\n")[2]]
    return [raw]


def original(row, archive):
    """The mail that a row names, on lines that end in LF; one that is a body only gets a header."""
    path, _, place = row["path"].partition("#")
    raw = archive.files[path].replace(b"\r\n", b"\n")
    found = mails(path, raw)[int(place or 1) - 1]
    found = re.sub(rb"\A(?:[ \t]*\n)+", b"", found)
    if row["form"] == "body":
        subtype = "html" if b"</" in found[:4000] else "plain"
        key = f"{number(found):x}"
        head = BODY.format(subject="Re: Angebot" if number(found) % 2 else "Re: Our offer", id=key, to=key[::-1], subtype=subtype)
        found = head.encode() + found.decode("utf-8", "replace").encode()
    return found


if __name__ == "__main__":
    make(HERE, "*/*.eml", original)

"""Packages of public registries, fetched by their ordinary clients, and the files in them.

`packages.tsv` names each package with its version, its licence and the SHA-256 of its archive, so that the same files come
out each time. A Debian package needs a `deb-src` line in apt's sources; only its upstream archive is used.
"""

import csv
import glob
import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / "target" / "corpus"


def table(path):
    """The rows of a file of tab-separated columns with a heading, each a dictionary."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def packages():
    """What `packages.tsv` says, by `registry/name`."""
    return {row["package"]: row for row in table(HERE / "packages.tsv")}


class Archive:
    """The files of one package, by their path below its top folder."""

    def __init__(self, row):
        path = fetch(row)
        with tarfile.open(path) as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            wanted = (member for member in members if member.size < 2_000_000)
            self.files = {member.name.split("/", 1)[1]: archive.extractfile(member).read() for member in wanted if "/" in member.name}


def fetch(row):
    """The archive of a package, from the cache or the registry; its digest must be the expected one."""
    folder = CACHE / row["package"].replace("/", "_") / row["version"].replace(":", "_")
    folder.mkdir(parents=True, exist_ok=True)
    if not archives(folder):
        registry, name = row["package"].split("/", 1)
        download(registry, name, row["version"], folder)
    found = {hashlib.sha256(Path(path).read_bytes()).hexdigest(): path for path in archives(folder)}
    if row["sha256"] not in found:
        raise SystemExit(f"{row['package']} {row['version']}: no archive with the expected digest, found {sorted(found)}")
    return found[row["sha256"]]


def archives(folder):
    """Archives in a folder."""
    patterns = ("*.tar.gz", "*.tgz", "*.tar.xz", "*.tar.bz2", "*.crate")
    return sorted(path for pattern in patterns for path in glob.glob(str(folder / pattern)))


def download(registry, name, version, folder):
    """Asks the registry's own client."""
    if registry == "pypi":
        run(["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", f"{name}=={version}"], folder)
    elif registry == "npm":
        run(["npm", "pack", "--silent", f"{name}@{version}"], folder)
    elif registry == "debian":
        # A mirror may lack the Debian part; the upstream archive is enough.
        run(["apt-get", "source", "--download-only", f"{name}={version}"], folder, check=False)
    elif registry == "crates":
        run(["cargo", "info", "--quiet", f"{name}@{version}"], folder)
        home = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
        for path in glob.glob(f"{home}/registry/cache/*/{name}-{version}.crate"):
            (folder / Path(path).name).write_bytes(Path(path).read_bytes())


def run(command, folder, check=True):
    """Runs a client in a folder, without its output."""
    subprocess.run(command, cwd=folder, check=check, stdout=subprocess.DEVNULL)

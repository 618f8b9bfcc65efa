"""The tools of the template and of this test, in a virtual environment inside the ignored build folder.

As a program it makes the environment and prints where it is. It needs nothing but Python itself.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "target"
VENV = TARGET / "venv"
LISTS = [HERE / "requirements.txt", HERE / "constraints.txt"]


def install():
    """Installs what the lists pin, once for each version of the lists."""
    wanted = "".join(path.read_text() for path in LISTS)
    stamp = VENV / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"installing the tools of {LISTS[0].relative_to(ROOT)}", flush=True)
    venv.create(VENV, clear=True, with_pip=True)
    pip = [VENV / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "--requirement", LISTS[0], "--constraint", LISTS[1]], check=True)
    stamp.write_text(wanted)


def enter():
    """Goes on inside the environment, with its programs on the path."""
    if Path(sys.prefix) == VENV:
        return
    install()
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    python = str(VENV / "bin/python")
    os.execve(python, [python, *sys.argv], {**os.environ, "PATH": path})


if __name__ == "__main__":
    install()
    print(VENV.relative_to(ROOT))

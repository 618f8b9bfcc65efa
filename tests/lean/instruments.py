"""The instruments of the measurement: valgrind and strace, installed when they are missing."""

import os
import shutil
import subprocess
import sys

NEEDED = ["valgrind", "strace"]


def install():
    """Sees to it that the instruments are there, or ends with what to do."""
    missing = [program for program in NEEDED if not shutil.which(program)]
    if not missing:
        return
    print(f"installing {' and '.join(missing)}", flush=True)
    try:
        apt("update")
        apt("install", "--no-install-recommends", *missing)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{error}\nThe measurement needs {' and '.join(missing)}: install them with the system's package manager.")


def apt(*arguments):
    """Runs apt-get, as root or through a sudo that asks nothing."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*root, "apt-get", "--quiet", "--yes", *arguments], check=True, stdin=subprocess.DEVNULL)

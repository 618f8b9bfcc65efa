"""The instruments of the measurement: valgrind and strace, installed when they are missing."""

import os
import shutil
import subprocess

NEEDED = ["valgrind", "strace"]


def install():
    """True when the instruments are there; otherwise says what to do."""
    missing = [program for program in NEEDED if not shutil.which(program)]
    if not missing:
        return True
    print(f"installing {' and '.join(missing)}", flush=True)
    try:
        apt("update")
        apt("install", "--no-install-recommends", *missing)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{error}\nNOT COUNTED: instructions and files need {' and '.join(missing)}; install them with the system's package manager.")
        return False
    return True


def apt(*arguments):
    """Runs apt-get, as root or through a sudo that asks nothing."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*root, "apt-get", "--quiet", "--yes", *arguments], check=True, stdin=subprocess.DEVNULL)

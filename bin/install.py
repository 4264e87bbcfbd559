"""Make .venv hold exactly what the lock names. Standard library only: it runs on a bare machine.

    python3 bin/install.py          what runs Khởi Công      (requirements.txt)
    python3 bin/install.py --dev    that, and what tests it  (requirements-dev.txt)

A stamp in .venv remembers the hash of the lock, so a second run needs no network and no time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RUN, DEV = "requirements.txt", "requirements-dev.txt"
OLDEST = (3, 11)


def main() -> int:
    if sys.version_info < OLDEST:
        return use_newer_python()
    lock = DEV if "--dev" in sys.argv[1:] else RUN
    if is_installed(lock):
        return 0
    if not (python := VENV / "bin" / "python").exists():
        print("Creating the virtual environment .venv …", flush=True)
        create_environment()
    pins = sum("==" in line for line in (ROOT / lock).read_text().splitlines())
    print(f"Installing {pins} packages from {lock}, checked by hash …", flush=True)
    if subprocess.run(pip_install(python, lock), cwd=ROOT).returncode:
        print(f"Could not install {lock}: see above. `make clean` starts afresh.", file=sys.stderr)
        return 1
    stamp(lock)
    return 0


def use_newer_python() -> int:
    """Start again with a newer Python from PATH, since `python3` is too old."""
    for minor in range(20, OLDEST[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            os.execv(found, [found, *sys.argv])  # noqa: S606
    have = ".".join(map(str, sys.version_info[:2]))
    print(
        f"Python 3.11 or newer is needed; `python3` is {have}. Set PYTHON=/path/to/python3.", file=sys.stderr
    )
    return 1


def create_environment() -> None:
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, SystemExit):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "Python's venv module is not complete here. On Debian or Ubuntu: apt-get install python3-venv"
        )


def pip_install(python: Path, lock: str) -> list[str]:
    """Return pip's command line: what the lock names, nothing built here, nothing without its hash."""
    options = "--require-hashes --only-binary :all: --no-deps --no-input --quiet --disable-pip-version-check"
    return [str(python), "-m", "pip", "install", *options.split(), "-r", lock]


def digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def stamp_file(lock: str) -> Path:
    return VENV / f".{lock}.sha256"


def is_installed(lock: str) -> bool:
    file = stamp_file(lock)
    return file.exists() and file.read_text() == digest(lock)


def stamp(lock: str) -> None:
    """Remember what is installed. The development lock holds the other one whole, pin by pin."""
    for held in {lock, RUN}:
        stamp_file(held).write_text(digest(held))


if __name__ == "__main__":
    sys.exit(main())

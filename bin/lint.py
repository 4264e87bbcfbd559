"""Run all checks that need no test, and say at the end which of them failed."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CODE = [
    "accounts", "approvals", "clusters", "config", "demo", "law", "notifications", "records", "timelines",
    "workflows", "tests", "manage.py",
]  # fmt: skip
MANAGE = [sys.executable, "manage.py"]

CHECKS = {
    "style": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "layers": [str(BIN / "lint-imports"), "--no-logo"],
    "types": [str(BIN / "mypy"), *CODE],
    "templates": [str(BIN / "djlint"), "templates", "--lint", "--quiet"],
    "system": [*MANAGE, "check"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "catalogues": [sys.executable, "bin/check_catalogues.py"],
    "page of the law": [*MANAGE, "law_doc", "--check"],
    "state diagrams": [*MANAGE, "state_diagrams", "--check"],
}


def passes(name: str, command: list[str]) -> bool:
    """Run one check and print what it says only where it has found something."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    verdict = "FAILED" if done.returncode else "ok"
    print(f"{name:>16}  {verdict}  {time.monotonic() - started:.1f} s", flush=True)
    if done.returncode:
        print(f"{done.stdout}{done.stderr}".strip(), flush=True)
    return not done.returncode


def main() -> int:
    wanted = sys.argv[1:] or list(CHECKS)
    failed = [name for name in wanted if not passes(name, CHECKS[name])]
    print(f"\nFailed: {', '.join(failed)}." if failed else f"\nAll {len(wanted)} checks are good.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())

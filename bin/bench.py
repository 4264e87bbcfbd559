"""Run the timed runs of benchmarks/, each against a throwaway PostgreSQL that keeps every promise.

    bin/bench.py                  all of them
    bin/bench.py approval_step    these

Each prints one JSON line of its figures last. DATABASE_URL, where set, is used instead.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import servers

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def database() -> Iterator[str]:
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with servers.postgresql(durable=True) as url:
        yield url


def main() -> int:
    wanted = sys.argv[1:]
    files = sorted(file for file in (ROOT / "benchmarks").glob("*.py") if not file.name.startswith("_"))
    chosen = [file for file in files if not wanted or file.stem in wanted]
    if not chosen:
        print(f"No such run. There are: {', '.join(file.stem for file in files) or 'none yet'}.")
        return 2
    failed = []
    for file in chosen:
        print(f"=== {file.stem} ===", flush=True)
        with database() as url:
            environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
            if subprocess.run([sys.executable, str(file)], cwd=ROOT, env=environment).returncode:
                failed.append(file.stem)
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return int(bool(failed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (servers.Absent, servers.NotStarted) as error:
        sys.exit(f"The benchmarks need PostgreSQL, or DATABASE_URL: {error}")

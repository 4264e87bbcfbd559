"""Run every leg of the tests that this machine can run, and say at the end which ones those were.

    bin/test.py                          all legs
    bin/test.py sqlite browser           these legs
    bin/test.py sqlite -- -k calendar    what follows -- goes to pytest

A leg whose server is not installed is absent: said so here, a failure with CI=true.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import servers

ROOT = Path(__file__).resolve().parent.parent
PLAIN = "not broker and not browser and not faults"
PARALLEL = ["-n", "2"]
UNEVEN = [*PARALLEL, "--dist", "worksteal"]  # for tests that last from a second to minutes
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Leg:
    """One run of pytest: which tests, against what. `environment` starts it and stops it."""

    name: str
    title: str
    tests: list[str]
    environment: Callable[[], AbstractContextManager[dict[str, str]]]


@contextlib.contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    yield {}


@contextlib.contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    with servers.postgresql() as url:
        yield {"DATABASE_URL": url}


@contextlib.contextmanager
def filesystem() -> Iterator[dict[str, str]]:
    with broker_environment("filesystem://") as environment:
        yield environment


@contextlib.contextmanager
def redis() -> Iterator[dict[str, str]]:
    with servers.redis() as url, broker_environment(url) as environment:
        yield environment


@contextlib.contextmanager
def rabbitmq() -> Iterator[dict[str, str]]:
    with servers.rabbitmq() as url, broker_environment(url) as environment:
        yield environment


@contextlib.contextmanager
def broker_environment(url: str) -> Iterator[dict[str, str]]:
    """Yield the broker's address and a folder of its own: the worker is another process, with files."""
    with tempfile.TemporaryDirectory(prefix="kc-", ignore_cleanup_errors=True) as folder:
        yield {"TEST_BROKER_URL": url, "VAR_DIR": folder}


@contextlib.contextmanager
def browser() -> Iterator[dict[str, str]]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise servers.Absent("no chromium on PATH; name it in CHROMIUM")
    yield {"CHROMIUM": found}


@contextlib.contextmanager
def city() -> Iterator[dict[str, str]]:
    """Ask for the servers that the faults start and kill themselves."""
    servers.program("initdb", places=servers.POSTGRES)
    servers.program("redis-server")
    yield {}


LEGS = [
    Leg("sqlite", "SQLite", ["tests", "-m", PLAIN, *PARALLEL], sqlite),
    Leg("postgresql", "PostgreSQL", ["tests", "-m", PLAIN, *PARALLEL], postgresql),
    Leg("filesystem", "broker: files", ["tests/broker", "-m", "broker"], filesystem),
    Leg("redis", "broker: Redis", ["tests/broker", "-m", "broker"], redis),
    Leg("rabbitmq", "broker: RabbitMQ", ["tests/broker", "-m", "broker and smoke"], rabbitmq),
    Leg("browser", "browser", ["tests/acceptance", "-m", "browser", *UNEVEN], browser),
    Leg("race", "race on SQLite", ["tests/faults", "-m", "faults and serverless"], sqlite),
    Leg("faults", "faults", ["tests/faults", "-m", "faults and not serverless"], city),
]


@dataclass(frozen=True)
class Result:
    """How a leg went: passed, failed or absent, and why."""

    leg: Leg
    verdict: str
    detail: str

    def __str__(self) -> str:
        return f"{self.leg.title} {self.verdict}{f' ({self.detail})' if self.detail else ''}"


def run(leg: Leg, extra: list[str]) -> Result:
    print(f"\n=== {leg.title} ===", flush=True)
    started = time.monotonic()
    try:
        with leg.environment() as environment:
            code = pytest(leg.tests + extra, environment)
    except servers.Absent as absence:
        return Result(leg, "absent", str(absence))
    except servers.NotStarted as failure:
        print(failure)
        return Result(leg, "failed", "its server did not start; see above")
    seconds = f"{time.monotonic() - started:.0f} s"
    if code == NO_TESTS_COLLECTED and extra:
        return Result(leg, "had nothing to run", seconds)
    return Result(leg, "failed" if code else "passed", seconds)


def pytest(arguments: list[str], environment: dict[str, str]) -> int:
    """Run pytest with `environment`; what the shell names as database or broker does not reach it."""
    ours = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "VAR_DIR", "DJANGO_SETTINGS_MODULE", "PORT")
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", "pytest", "--quiet", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=clean | environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()  # pytest had it too, and ends what it has started
            raise


def main() -> int:
    names, extra = split(sys.argv[1:])
    known = [leg.name for leg in LEGS]
    if unknown := [name for name in names if name not in known]:
        print(f"Unknown: {', '.join(unknown)}. The legs are {', '.join(known)}.", file=sys.stderr)
        return 2
    results = [run(leg, extra) for leg in LEGS if not names or leg.name in names]
    print("\nLegs: " + " · ".join(map(str, results)))
    bad = {"failed", "absent"} if os.environ.get("CI") == "true" else {"failed"}
    return int(any(result.verdict in bad for result in results))


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the names of legs, and what is for pytest."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

"""A city in a box: database, broker, web, worker, relay and beat, each a process that can be killed.

Everything is the program that runs in a city, in the demo's profile, whose people can sign in. The
harness is its supervisor: what a test kills, it starts again.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bin import servers
from bin.servers import Server

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PATIENCE_SECONDS = 120
GREEN_SECONDS = 60  # what is promised after a restart

CELERY = ["-W", "ignore", "-m", "celery", "--quiet", "-A", "config"]


def wait_until(state: Callable[[], object], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until `state` holds.

    Raises:
        AssertionError: it did not within `seconds`; the message says what was waited for.
    """
    end = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < end, f"after {seconds:.0f} s still not: {what}"
        time.sleep(0.05)


@dataclass(frozen=True)
class Act:
    """An act that somebody was told is done: the form's key, the step, its page, and who did it."""

    key: str
    step: int
    page: str
    by: str


@dataclass
class City:
    """An installation of its own. `database` and `broker` are servers; on SQLite with files, neither is."""

    folder: Path
    database: Server | None
    broker: Server | None
    port: int = field(default_factory=servers.free_port)
    acknowledged: list[Act] = field(default_factory=list)
    seeded: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("broker", "broker-control", "mail", "files"):
            (self.folder / name).mkdir()
        self.file = self.folder / "khoicong.sqlite3"
        self.site = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.database.url if self.database else f"sqlite:///{self.file}",
            "CELERY_BROKER_URL": self.broker.url if self.broker else "filesystem://",
            "CACHE_URL": "",
            "SITE_URL": self.site,
        }
        web = f"-m gunicorn --workers 2 --threads 4 --no-control-socket --bind 127.0.0.1:{self.port}"
        worker = "worker --pool solo --loglevel WARNING --without-gossip --without-mingle --without-heartbeat"
        self.web = self._program("web", [*web.split(), "config.wsgi"], is_up=self.answers)
        self.worker = self._program("worker", [*CELERY, *worker.split()])
        self.relay = self._program("relay", [str(ROOT / "manage.py"), "relay"])
        self.beat = self._program("beat", [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile", ""])
        self.programs = [self.relay, self.worker, self.beat, self.web]

    def _program(
        self, name: str, arguments: Sequence[str], is_up: Callable[[], bool] = lambda: True
    ) -> Server:
        (home := self.folder / name).mkdir()
        return Server(
            [sys.executable, *arguments],
            home,
            is_up=is_up,
            environment=self.environment,
            stop_with=signal.SIGKILL,  # at the end nobody waits for what is left to do
        )

    # --- running -------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def running(self, cases: dict[str, int]) -> Iterator[City]:
        """Prepare the database, start every program, and end them all after the block.

        `cases` says how many cases are to wait before which step; `seeded` tells which those are.
        """
        self.manage("migrate", "--verbosity", "0")
        self.manage("createcachetable")
        self.seeded = json.loads(self.run(str(HERE / "seed.py"), json.dumps(cases)))
        with contextlib.ExitStack() as ending:
            for program in self.programs:
                ending.enter_context(servers.running(program))
            yield self

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end and return what it printed."""
        return self.run(str(ROOT / "manage.py"), *arguments)

    def run(self, *arguments: str, told: object = None) -> str:
        """Run Python in this city with `told` as JSON on its standard input; return what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=os.environ | self.environment,
            input=json.dumps(told),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    # --- faults --------------------------------------------------------------------------------------

    def web_workers(self) -> list[int]:
        """Return the process numbers of gunicorn's workers."""
        assert self.web.process is not None
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        pairs = [line.split() for line in listed.stdout.splitlines()]
        return [int(pid) for pid, parent in pairs if int(parent) == self.web.process.pid]

    def kill_web_worker(self, choose: Callable[[list[int]], int]) -> None:
        """Kill one of gunicorn's workers; its master starts another."""
        wait_until(lambda: len(self.web_workers()) == 2, "two web workers")
        with contextlib.suppress(ProcessLookupError):
            os.kill(choose(self.web_workers()), signal.SIGKILL)

    # --- looking -------------------------------------------------------------------------------------

    def answers(self) -> bool:
        """Tell whether the web answers that it is up."""
        return self._status("/healthz") == 200

    def is_ready(self) -> bool:
        """Tell whether `/readyz` is green."""
        return self._status("/readyz") == 200

    def _status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.site + path, timeout=5) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def findings(self) -> dict[str, str]:
        """Return what `/readyz` says of each of its checks."""
        try:
            with urllib.request.urlopen(self.site + "/readyz", timeout=5) as response:
                body = response.read()
        except urllib.error.HTTPError as error:
            with error:
                body = error.read()
        return {name: check["status"] for name, check in json.loads(body)["checks"].items()}

    def sql(self, statement: str) -> int:
        """Run one statement; return the first number that it answers, or how many rows it changed."""
        connection: Any
        if self.database:
            connection = psycopg.connect(self.database.url)
        else:
            connection = sqlite3.connect(self.file, timeout=20)
        with contextlib.closing(connection), connection:
            cursor = connection.execute(statement)
            return int(cursor.fetchone()[0] or 0) if cursor.description else cursor.rowcount

    @property
    def database_name(self) -> str:
        return "PostgreSQL" if self.database else "SQLite"

    def owed(self) -> int:
        """Return how many messages are promised and not told."""
        return self.sql("SELECT count(*) FROM notifications_outboxrow WHERE done_at IS NULL")

    def _has_told_all(self) -> bool:
        dead = [program.home.name for program in self.programs if not program.is_running]
        assert not dead, f"died by itself: {dead}"
        return self.owed() == 0

    def state(self) -> str:
        """Return what somebody needs to know who looks for what went wrong: health, debts, last lines."""
        owed = "SELECT max(attempts) FROM notifications_outboxrow WHERE done_at IS NULL"
        lines = [f"readyz: {self.findings()}", f"owed: {self.owed()}, tries at most {self.sql(owed)}"]
        for program in self.programs:
            said = (program.home / "server.log").read_text(errors="replace").splitlines()[-8:]
            lines += [f"{program.home.name}: {line}" for line in [f"runs: {program.is_running}", *said]]
        return "\n".join(lines)

    def green_after(self, since: float) -> float:
        """Return after how many seconds all was told, `/readyz` green and `verify` content.

        Raises:
            AssertionError: that took longer than `GREEN_SECONDS`, or something is missing or double.
        """
        self.assert_all_told(seconds=GREEN_SECONDS - (time.monotonic() - since))
        seconds = time.monotonic() - since
        assert seconds <= GREEN_SECONDS, f"green only after {seconds:.0f} s"
        return seconds

    def assert_all_told(self, *, seconds: float) -> None:
        """Wait until nothing is owed and all is ready; then all has to agree, on record and in the app."""
        end = time.monotonic() + seconds
        try:
            wait_until(self._has_told_all, "all told", seconds=seconds)
            wait_until(self.is_ready, "ready", seconds=end - time.monotonic())
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.state()}") from None
        self.manage("verify")
        breaks = self.run(str(HERE / "ledger.py"), told=[asdict(act) for act in self.acknowledged])
        assert not breaks, breaks


@contextlib.contextmanager
def city_on_sqlite(cases: dict[str, int]) -> Iterator[City]:
    """Yield a running city as `make run` has it: a database file, and files for a broker."""
    with servers.folder() as home, City(home, None, None).running(cases) as city:
        yield city


@contextlib.contextmanager
def city_on_servers(cases: dict[str, int]) -> Iterator[City]:
    """Yield a running city on PostgreSQL, with every commit on the disk, and on Redis.

    Raises:
        Absent: one of the two is not on this machine.
    """
    with (
        servers.postgresql_server(durable=True) as database,
        servers.redis_server(durable=True) as broker,
        servers.folder() as home,
        City(home, database, broker).running(cases) as city,
    ):
        yield city

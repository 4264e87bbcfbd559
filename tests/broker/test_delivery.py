"""Real relay, real broker, real worker, each a process, on a database of their own.

The broker is the one that TEST_BROKER_URL names: filesystem://, redis://…, amqp://…
"""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROKER = os.environ.get("TEST_BROKER_URL", "")
PATIENCE_SECONDS = 90  # four tries of the relay: 5 + 10 + 20 + 40 s
WORKER = [
    *["-W", "ignore", "-m", "celery", "--quiet", "-A", "config", "worker", "--pool", "solo"],
    *["--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"],
]

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(not BROKER, reason="TEST_BROKER_URL names no broker"),
]


class House:
    """An installation of its own: database file, mail folder, broker, and the processes beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "khoicong.sqlite3"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "PYTHONPATH": str(ROOT),
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "CELERY_BROKER_URL": BROKER,
            "CACHE_URL": "",
        }
        for name in ("broker", "broker-control", "mail"):
            (folder / name).mkdir(exist_ok=True)

    def run(self, *arguments: str) -> str:
        """Run Python to its end and return what it printed."""
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run Python beside us; end it, kindly if it still runs, after the block."""
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)

    def relay(self) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        return self.running("manage.py", "relay")

    def worker(self) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        return self.running(*WORKER)

    def owe(self, count: int) -> list[int]:
        """Queue messages to an office of two; return the numbers of their rows."""
        return [int(number) for number in self.run("tests/broker/owe.py", str(count)).split()]

    def forget(self) -> None:
        """Make the broker lose all that waits there."""
        self.run("-m", "celery", "--quiet", "-A", "config", "purge", "-f")

    def count(self, what: str, *values: object) -> int:
        """Return the number of rows of a table, and of a condition."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=20)) as connection:
            return int(connection.execute(f"SELECT count(*) FROM notifications_{what}", values).fetchone()[0])

    def undone(self) -> int:
        return self.count("outboxrow WHERE done_at IS NULL")

    def wait_until(self, state: Callable[[], bool]) -> None:
        """Wait until `state` holds, as long as our patience lasts."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not state():
            assert time.monotonic() < end, f"after {PATIENCE_SECONDS} s still owed: {self.owed()}"
            time.sleep(0.1)

    def owed(self) -> list[tuple[object, ...]]:
        """Return some rows that are undone, for whoever reads why a test failed."""
        query = (
            "SELECT id, channel, attempts, next_attempt_at, last_error"
            " FROM notifications_outboxrow WHERE done_at IS NULL ORDER BY id LIMIT 5"
        )
        with contextlib.closing(sqlite3.connect(self.database, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def mails(self) -> list[str]:
        """Return the Message-IDs of all mails that were sent."""
        lines = (line for file in (self.folder / "mail").iterdir() for line in file.read_text().splitlines())
        return [line for line in lines if line.startswith("Message-ID:")]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    house.run("manage.py", "migrate", "--verbosity", "0")
    house.forget()
    yield house
    house.forget()


def assert_told_once(house: House, rows: list[int]) -> None:
    """Assert that each message was shown and mailed to both people, once."""
    for row in rows:
        assert house.count("notification WHERE outbox_id = ?", row) == 2
    mails = house.mails()
    assert len(mails) == len(set(mails)) == house.count("outboxrow WHERE channel = 'email'")
    house.run("manage.py", "verify")


@pytest.mark.smoke
def test_what_is_owed_is_shown_and_mailed_once(house: House) -> None:
    with house.relay() as relay, house.worker():
        rows = house.owe(5)
        house.wait_until(lambda: house.undone() == 0)

    assert_told_once(house, rows)
    assert relay.returncode == 0


def test_a_broker_that_forgets_everything_loses_nothing(house: House) -> None:
    with house.relay():
        rows = house.owe(5)
        house.wait_until(lambda: house.count("outboxrow WHERE done_at IS NULL AND attempts > 0") == 5)
        house.forget()
        assert house.undone() == 5

        with house.worker():
            house.wait_until(lambda: house.undone() == 0)

    assert_told_once(house, rows)


def test_killed_workers_and_relays_lose_nothing(house: House) -> None:
    rows = house.owe(30)
    before = house.undone()
    with house.relay() as relay, house.worker() as worker:
        house.wait_until(lambda: house.undone() != before)
        worker.send_signal(signal.SIGKILL)
        relay.send_signal(signal.SIGKILL)
    assert house.undone() > 0

    with house.relay(), house.worker():
        house.wait_until(lambda: house.undone() == 0)

    assert_told_once(house, rows)


def test_a_wake_up_that_comes_three_times_tells_once(house: House) -> None:
    rows = house.owe(3)
    send = "from notifications import relay; [relay.wake_worker({row}) for _ in range(3)]"
    for row in rows:
        house.run("manage.py", "shell", "--no-imports", "-c", send.format(row=row))

    with house.relay(), house.worker():
        house.wait_until(lambda: house.undone() == 0)
        time.sleep(2)  # for the messages that come too late

    assert_told_once(house, rows)

"""Start all of Khởi Công in the foreground: database, register, demo, web, worker, beat and relay.

Standard library only. Each part runs in a process group of its own, its lines carry its name, and
one that dies is started again. Ctrl-C or SIGTERM stops everything; a second start resumes.

Environment: PORT (8000), VAR_DIR (var/), DATABASE_URL, CELERY_BROKER_URL, CACHE_URL.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
HOST = "127.0.0.1"
GRACE_SECONDS = 10
READY_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30
STEADY_SECONDS = 60

PREPARATION = [
    ("database tables", ["migrate", "--verbosity", "0"]),
    ("cache table", ["createcachetable"]),
    ("calendar of working days", ["import_calendar"]),
    ("register of Hanoi and demo cases", ["load_demo"]),
    ("static files", ["collectstatic", "--noinput", "--verbosity", "0"]),
]

_printing = threading.Lock()
_asked_to_stop = threading.Event()


def say(text: str, name: str = "run") -> None:
    # A terminal that went away must not keep us from stopping the others.
    with _printing, contextlib.suppress(OSError):
        print(f"{name:>6} | {text}" if name else text, flush=True)


@dataclass
class Service:
    """A program that is to be running all the time, until it is told to stop."""

    name: str
    command: list[str]
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    start_again: float = 0.0
    deaths: int = 0
    reader: threading.Thread | None = None

    def start(self) -> None:
        self.process = spawn(self.command)
        self.started = time.monotonic()
        self.reader = listen(self.process, lambda line: say(line, self.name))

    def look_after(self) -> None:
        """Start the program again where it has died, each time after a longer pause."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_again:
                self.start()
            return
        if (code := self.process.poll()) is None:
            return
        kill_group(self.process, signal.SIGKILL)  # what the dead program has left behind
        self.deaths = 1 if now - self.started > STEADY_SECONDS else self.deaths + 1
        delay = min(2 ** (self.deaths - 1), LONGEST_PAUSE_SECONDS)
        say(f"{self.name} ended ({describe(code)}); starting it again in {delay} s")
        self.process, self.start_again = None, now + delay


class Stopped(Exception):
    """Somebody asked to stop: Ctrl-C, SIGTERM, or the terminal went away."""


class PreparationFailed(Exception):
    """A command of the preparation ended with an error; its last lines stand above."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    port = chosen_port()
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
    if port is None or (lock := take_lock(var)) is None:
        return 2
    set_environment(var, port)
    services = parts(port)
    with lock:
        try:
            keep_running(services, port)
        except Stopped:
            return 0
        except PreparationFailed as error:
            say(str(error))
            return 1
        finally:
            stop(services)


def keep_running(services: list[Service], port: int) -> NoReturn:
    """Prepare, start and tend until somebody asks to stop."""
    prepare()
    for service in services:
        service.start()
    welcome(port, services)
    while True:
        tend(services, seconds=0.5)


def on_signal(number: int, frame: FrameType | None) -> None:
    _asked_to_stop.set()


def pause(seconds: float) -> None:
    """Wait, but no longer than until somebody asks to stop.

    Raises:
        Stopped: somebody did. Only here, so that no program is lost between its start and its name.
    """
    if _asked_to_stop.wait(seconds):
        raise Stopped


def chosen_port() -> int | None:
    """Return the port from PORT, free for us to take; say what is wrong with it otherwise."""
    raw = os.environ.get("PORT") or "8000"
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        say(f"PORT={raw} is no port: give a number from 1 to 65535.")
        return None
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(raw)))
        except OSError as error:
            say(f"Port {raw} cannot be used ({error.strerror}). Choose another one: PORT=8001 make run")
            return None
    return int(raw)


def take_lock(var: Path) -> IO[str] | None:
    """Hold var/run.lock while we run: two beats on one set of data would do everything twice."""
    var.mkdir(parents=True, exist_ok=True)
    lock = (var / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        say(f"Khởi Công is already running on {var} (process {lock.read().strip() or 'unknown'}).")
        lock.close()
        return None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def set_environment(var: Path, port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"
    os.environ["VAR_DIR"] = str(var)
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ.setdefault("SITE_URL", f"http://{HOST}:{port}")
    for folder in ("broker", "broker-control", "mail", "files", "static"):
        (var / folder).mkdir(exist_ok=True)


def parts(port: int) -> list[Service]:
    """Return relay, worker, beat and web, in the order in which they start."""
    on_sqlite = (os.environ.get("DATABASE_URL") or "sqlite").startswith("sqlite")
    celery = [PYTHON, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "-A", "config"]
    web = f"--bind {HOST}:{port} --workers {1 if on_sqlite else 2} --threads 8 --graceful-timeout 5"
    # One task at a time in the worker's own process: SQLite has one writer anyhow, and it ends at once.
    worker = "worker --pool solo --loglevel WARNING --without-gossip --without-mingle --without-heartbeat"
    return [
        Service("relay", [PYTHON, "manage.py", "relay"]),
        Service("worker", [*celery, *worker.split()]),
        Service("beat", [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""]),
        Service("web", [PYTHON, "-m", "gunicorn", *web.split(), "--log-level", "warning", "config.wsgi"]),
    ]


def spawn(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
    )


def listen(process: subprocess.Popen[str], hear: Callable[[str], None]) -> threading.Thread:
    """Tell `hear` each line that `process` prints, in a thread that ends with it."""

    def read() -> None:
        for line in process.stdout or ():
            hear(line.rstrip("\n"))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return reader


def prepare() -> None:
    for what, arguments in PREPARATION:
        say(f"{what} …")
        code = run_to_end([PYTHON, "manage.py", *arguments], hear=lambda line: say(f"  {line}"))
        if code:
            raise PreparationFailed(
                f"manage.py {arguments[0]} failed ({describe(code)}); nothing was started."
            )


def run_to_end(command: list[str], hear: Callable[[str], None]) -> int:
    """Run `command`, tell `hear` each line, and return the exit code; end it where we are to stop."""
    process = spawn(command)
    reader = listen(process, hear)
    try:
        while process.poll() is None:
            pause(0.05)
    except Stopped:
        end_groups([process])
        raise
    reader.join()
    return process.returncode


def welcome(port: int, services: list[Service]) -> None:
    """Wait until the house is ready, then print where it is and who lives in it."""
    ready = wait_until_ready(port, services)
    people: list[str] = []
    run_to_end([PYTHON, "manage.py", "demo_people"], hear=people.append)
    if not ready:
        say(f"not ready after {READY_SECONDS} s; http://{HOST}:{port}/readyz says what is missing")
    address = f"  Khởi Công: http://{HOST}:{port}/    (Ctrl-C stops everything)"
    say("\n".join(["", *people, "", address, ""]), name="")


def wait_until_ready(port: int, services: list[Service]) -> bool:
    """Wait for the page that says "up", then for the one that says "all is well"; tell whether it did."""
    pages = [f"http://{HOST}:{port}/healthz", f"http://{HOST}:{port}/readyz"]
    deadline = time.monotonic() + READY_SECONDS
    while pages and time.monotonic() < deadline:
        if answers_well(pages[0]):
            pages.pop(0)
        tend(services, seconds=0.5)
    return not pages


def answers_well(address: str) -> bool:
    """Tell whether `address` answers 200: green, or a warning that does not stop anybody."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def tend(services: list[Service], *, seconds: float) -> None:
    for service in services:
        service.look_after()
    pause(seconds)


def stop(services: list[Service]) -> None:
    """End every program that runs: a request first, and what is left after `GRACE_SECONDS` is killed."""
    if running := [service for service in services if service.process is not None]:
        say("stopping …")
        end_groups([service.process for service in running if service.process is not None])
        for service in running:
            if service.reader is not None:
                service.reader.join(timeout=1)
        say("everything has stopped; `make run` goes on from here")


def end_groups(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        kill_group(process, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"process {process.pid} does not stop within {GRACE_SECONDS} s; killing it")
        kill_group(process, signal.SIGKILL)
        process.wait()


def kill_group(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def describe(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


if __name__ == "__main__":
    sys.exit(main())

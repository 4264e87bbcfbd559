"""Throwaway servers for tests and benchmarks, started from what is on PATH and gone afterwards.

Each is a context manager that yields an address, in a temporary folder, on free ports of this
machine; no server that was running before is touched. `Absent` says what is missing. Those named
`…_server` yield the server itself, which can be killed and started again.
"""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

START_SECONDS = 60


class Absent(Exception):
    """A program that this machine does not have."""


class NotStarted(Exception):
    """A server that is here, but did not come up; the message holds the end of its log."""


@dataclass
class Server:
    """A program in a process group of its own, its output in home/server.log."""

    command: Sequence[str]
    home: Path
    is_up: Callable[[], bool]
    url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    owner: str | None = None
    stop_with: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it and wait until it is up.

        Raises:
            NotStarted: it ended, or `START_SECONDS` went by.
        """
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.home,
                env={**os.environ, **self.environment},
                user=self.owner,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_up():
            if not self.is_running or time.monotonic() > deadline:
                raise NotStarted((self.home / "server.log").read_text(errors="replace")[-800:])
            time.sleep(0.1)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it with `number`, and everything that it has left behind with SIGKILL."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """Run `server`; end it, kindly if it still runs, after the block."""
    try:
        server.start()
        yield server
    finally:
        server.kill(server.stop_with)


@contextlib.contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """Yield the DATABASE_URL of an empty PostgreSQL server on a Unix socket; `durable` as below."""
    with postgresql_server(durable=durable) as server:
        yield server.url


@contextlib.contextmanager
def postgresql_server(*, durable: bool = False) -> Iterator[Server]:
    """Yield an empty PostgreSQL server on a Unix socket.

    `durable` keeps fsync, synchronous commits and autovacuum, as a city's server does; tests go without:
    what they leave is rolled back, and a planner told that every table is empty plans accordingly.
    """
    initdb, postgres = program("initdb", places=POSTGRES), program("postgres", places=POSTGRES)
    quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]
    speed = [] if durable else quick
    settings = [*speed, "listen_addresses=", "max_connections=60", "shared_buffers=256MB"]
    with folder(owner := unprivileged()) as home:
        data = home / "data"
        make = [initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "-N"]
        made = subprocess.run(make, cwd=home, user=owner, capture_output=True, text=True)
        if made.returncode:
            raise NotStarted(f"initdb: {made.stderr[-400:]}")
        options = [part for setting in settings for part in ("-c", setting)]
        server = Server(
            [postgres, "-D", str(data), "-k", str(home), "-p", "5432", *options],
            home,
            is_up=lambda: accepts(home / ".s.PGSQL.5432") and is_up(data),
            url=f"postgres://postgres@{quote(str(home), safe='')}:5432/postgres",
            owner=owner,
            stop_with=signal.SIGINT,
        )
        with running(server):
            yield server


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Yield the URL of an empty Redis server that keeps nothing on disk."""
    with redis_server() as server:
        yield server.url


@contextlib.contextmanager
def redis_server(*, durable: bool = False) -> Iterator[Server]:
    """Yield an empty Redis server; `durable` keeps every command in home/appendonlydir, others nothing."""
    command, port = program("redis-server"), free_port()
    keep = ["--appendonly", "yes", "--appendfsync", "always"] if durable else ["--appendonly", "no"]
    with folder() as home:
        place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(home), "--save", ""]
        url = f"redis://127.0.0.1:{port}/0"
        with running(Server([command, *place, *keep], home, is_up=lambda: accepts(port), url=url)) as server:
            yield server


@contextlib.contextmanager
def rabbitmq() -> Iterator[str]:
    """Yield the AMQP URL of an empty RabbitMQ node with a port mapper of its own."""
    command = program("rabbitmq-server", places=["/usr/lib/rabbitmq/bin"])
    port, distribution, mapper = free_port(), free_port(), free_port()
    with folder() as home:
        (home / "enabled_plugins").write_text("[].")
        (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
        environment = {
            "HOME": str(home),  # where the node's secret cookie is made
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"khoicong-{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "no-environment-file"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
        }
        try:
            url = f"amqp://guest:guest@127.0.0.1:{port}//"
            server = Server([command], home, is_up=lambda: accepts(port), url=url, environment=environment)
            with running(server):
                yield url
        finally:
            stop_port_mapper(mapper)


POSTGRES = [
    *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True),
    *sorted(glob.glob("/opt/homebrew/opt/postgresql@*/bin"), reverse=True),
    *sorted(glob.glob("/usr/local/opt/postgresql@*/bin"), reverse=True),
    *sorted(glob.glob("/usr/pgsql-*/bin"), reverse=True),
]


def program(name: str, places: Sequence[str] = ()) -> str:
    """Return the full path of `name`, from `places` where it is there, or else from PATH.

    Raises:
        Absent: it is nowhere.
    """
    found = shutil.which(name, path=os.pathsep.join(places)) if places else None
    found = found or shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise Absent(f"no {name} on PATH")
    return found


def unprivileged() -> str | None:
    """Return whom to run as where we are root, which PostgreSQL refuses to be; None elsewhere."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def folder(owner: str | None = None) -> Iterator[Path]:
    """Yield a temporary folder of `owner`. Its path is short: a Unix socket's may have 100 letters."""
    with tempfile.TemporaryDirectory(prefix="kc-", ignore_cleanup_errors=True) as name:
        if owner:
            shutil.chown(name, owner)
        yield Path(name)


def accepts(address: int | Path) -> bool:
    """Tell whether somebody listens on that port of this machine, or on that Unix socket."""
    family = socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(address) if isinstance(address, Path) else ("127.0.0.1", address)) == 0


def is_up(data: Path) -> bool:
    """Tell whether PostgreSQL has written "ready" into its pid file."""
    with contextlib.suppress(OSError):
        return "ready" in (data / "postmaster.pid").read_text()
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop_port_mapper(port: int) -> None:
    """End the Erlang port mapper that RabbitMQ has left running on `port`."""
    if epmd := shutil.which("epmd"):
        environment = {**os.environ, "ERL_EPMD_PORT": str(port), "ERL_EPMD_ADDRESS": "127.0.0.1"}
        subprocess.run([epmd, "-port", str(port), "-kill"], env=environment, capture_output=True)

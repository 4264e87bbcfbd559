"""`make run` looks after its programs: a dead one comes back, and a stop leaves nobody behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 20


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the supervisor over two programs: one that dies at once, one that has a child and sleeps."""
    driver = tmp_path / "driver.py"
    driver.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(ROOT / "bin")!r})
        import run
        run.PREPARATION = []
        run.welcome = lambda port, services: run.say("welcome")
        run.parts = lambda port: [
            run.Service("brief", ["sh", "-c", "echo here $$; exit 3"]),
            run.Service("long", ["sh", "-c", "sleep 600 & echo child $!; wait"]),
        ]
        sys.exit(run.main())
        """)
    )
    environment = {**os.environ, "VAR_DIR": str(tmp_path / "var"), "PORT": str(free_port())}
    process = subprocess.Popen(
        [sys.executable, str(driver)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        yield process
        process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_until(process: subprocess.Popen[str], *wanted: str) -> str:
    """Return what `process` prints until all of `wanted` has been there."""
    assert process.stdout is not None
    heard = ""
    while not all(part in heard for part in wanted):
        line = process.stdout.readline()
        assert line, f"ended without {wanted}: {heard}"
        heard += line
    return heard


def is_alive(pid: int) -> bool:
    """Tell whether `pid` runs; a zombie that nobody has collected does not."""
    if Path("/proc/self/stat").exists():
        file = Path(f"/proc/{pid}/stat")
        return file.exists() and file.read_text().rpartition(")")[2].split()[0] != "Z"
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_a_dead_program_is_started_again_with_a_longer_pause(supervised: subprocess.Popen[str]) -> None:
    heard = read_until(supervised, "again in 1 s", "again in 2 s")
    assert " brief | here " in heard
    assert "run | brief ended (exit code 3); starting it again in 1 s" in heard


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_every_program_and_its_children(
    supervised: subprocess.Popen[str], number: signal.Signals
) -> None:
    heard = read_until(supervised, "welcome", "child ")
    child = int(heard.split("child ")[1].split()[0])
    assert is_alive(child)

    supervised.send_signal(number)

    assert "everything has stopped" in read_until(supervised, "everything has stopped")
    assert supervised.wait(timeout=PATIENCE_SECONDS) == 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_alive(child)


def run_with(port: str, var: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PORT": port, "VAR_DIR": str(var)}
    command = [sys.executable, str(ROOT / "bin" / "run.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        done = run_with(port, tmp_path)

    assert done.returncode == 2
    assert f"Port {port} cannot be used" in done.stdout
    assert "PORT=8001 make run" in done.stdout


@pytest.mark.parametrize("port", ["0", "70000", "web", "-1"])
def test_a_port_that_is_none_is_said(tmp_path: Path, port: str) -> None:
    done = run_with(port, tmp_path)
    assert (done.returncode, done.stdout) == (
        2,
        f"   run | PORT={port} is no port: give a number from 1 to 65535.\n",
    )


def test_a_second_start_on_the_same_data_is_refused(
    supervised: subprocess.Popen[str], tmp_path: Path
) -> None:
    read_until(supervised, "welcome")

    done = run_with(str(free_port()), tmp_path / "var")

    assert done.returncode == 2
    assert f"is already running on {tmp_path / 'var'} (process {supervised.pid})" in done.stdout

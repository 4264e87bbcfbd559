"""How long the faults go on, by which chance they strike, and what they came to.

FAULTS=long runs the long form; FAULTS_SEED repeats the choices of an earlier run.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bin import servers
from tests.faults import city as cities
from tests.faults.city import City

TEST_DIR = Path(__file__).parent
SEED = int(os.environ.get("FAULTS_SEED") or random.randrange(1_000_000))
_figures: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TEST_DIR):
            item.add_marker(pytest.mark.faults)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _figures:
        terminalreporter.section("faults")
        terminalreporter.write_line(f"FAULTS_SEED={SEED}")
        for line in _figures:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def note() -> Any:
    """Return a function that adds a line to what is printed at the end."""
    return _figures.append


@pytest.fixture(scope="session")
def is_long() -> bool:
    return os.environ.get("FAULTS") == "long"


@pytest.fixture(scope="session")
def chance() -> random.Random:
    """Return the source of every choice; its seed is printed at the end."""
    return random.Random(SEED)


def races(is_long: bool) -> dict[str, int]:
    """Return the cases over whose step two officers race."""
    return {"give_notice": 1000 if is_long else 60}


@pytest.fixture(scope="session")
def stoppable() -> None:
    """End what was started when we are asked to stop, as on Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgresql(stoppable: None, is_long: bool) -> Iterator[City]:
    """Yield the city on PostgreSQL and Redis that all tests share; without the servers, skip."""
    try:
        with cities.city_on_servers({"submit_file": 160 if is_long else 40} | races(is_long)) as city:
            yield city
    except servers.Absent as absence:
        pytest.skip(str(absence))


@pytest.fixture(scope="session")
def sqlite(stoppable: None, is_long: bool) -> Iterator[City]:
    """Yield a city of one machine: a database file, and files for a broker."""
    with cities.city_on_sqlite(races(is_long)) as city:
        yield city

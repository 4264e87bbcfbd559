"""Fixtures that several folders of tests take into their own conftest."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from records.clock import database_time

_told: datetime | None = None


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English, in which the sentences stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    """Keep the uploads of each test in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def told_now() -> datetime:
    """Return the moment that a test told, else the true one."""
    return _told or database_time()


@pytest.fixture
def it_is(settings: Any) -> Iterator[Callable[[datetime], None]]:
    """Return a function that sets the clock that views, tasks and commands read."""

    def tell(moment: datetime) -> None:
        global _told
        _told = moment

    settings.CLOCK = "tests.factories.fixtures.told_now"
    yield tell
    globals()["_told"] = None

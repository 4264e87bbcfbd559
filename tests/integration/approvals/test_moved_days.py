"""A day that a new calendar moved: as printed beside the one in force, with what moved it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from approvals import public
from approvals.models import Dossier
from demo import people
from law.services import load_calendar
from tests.factories.calendars import SWAP, calendar_file
from tests.factories.cases import Walk, case_at, moment, step_of
from workflows import services

pytestmark = pytest.mark.django_db
NOW = moment("06/10/2026")
REASON = (
    "The calendar of days off has changed, and the day moved from 07/10/2026 to 08/10/2026"
    " (07/10/2026: Nghỉ hoán đổi, 77/VPCP-KGVX)."
)
IN_FORCE = "The day in force is <strong>08/10/2026</strong>."


@pytest.fixture
def walk(tmp_path: Path, it_is: Callable[[datetime], None]) -> Walk:
    """Return a case of which the promised day 07/10/2026 has moved to 08/10/2026."""
    it_is(NOW)
    walk = case_at("give_notice", at=moment("05/10/2026", 8, 5))
    load_calendar(calendar_file(tmp_path, *SWAP), at=NOW)
    services.follow_calendar(at=NOW)
    return walk


def page(path: str, key: str = "", language: str = "en") -> str:
    client = Client()
    client.cookies["django_language"] = language
    if key:
        client.force_login(people.user(key))
    return client.get(path).content.decode()


def pages_of(walk: Walk) -> dict[str, str]:
    dossier = Dossier.objects.get(case=walk.case)
    return {
        "receipt": page(reverse("approvals:receipt", args=[dossier.pk]), "lan"),
        "look-up": page(reverse("approvals:looked_up", args=[public.token_for(dossier)])),
    }


@pytest.mark.parametrize("name", ["receipt", "look-up"])
def test_promise_stays_as_printed_beside_the_day_in_force_and_its_reason(name: str, walk: Walk) -> None:
    body = pages_of(walk)[name]
    assert "07/10/2026" in body
    assert IN_FORCE in body
    assert REASON in body


@pytest.mark.parametrize("name", ["receipt", "look-up"])
def test_promise_that_stands_is_told_alone(name: str, it_is: Callable[[datetime], None]) -> None:
    it_is(NOW)
    body = pages_of(case_at("give_notice", at=moment("05/10/2026", 8, 5)))[name]
    assert "07/10/2026" in body
    assert "The day in force" not in body


def test_case_and_step_say_from_which_day_it_moved_and_the_history_keeps_it(walk: Walk) -> None:
    case = page(reverse("approvals:case", args=[walk.case.code]), "binh")
    step = page(reverse("establishment:give_notice", args=[step_of(walk, "give_notice").pk]), "binh")
    assert REASON in case
    assert REASON in step
    assert "07/10/2026 → 08/10/2026 (07/10/2026: Nghỉ hoán đổi, 77/VPCP-KGVX)" in case
    assert "Counted open deadlines anew" in case

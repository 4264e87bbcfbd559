"""A change of law: which cases it touches, what an officer is asked, and how a case moves."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Agency, Membership
from tests.factories import cases
from tests.factories.cases import Walk, case_at, moment
from workflows import services

pytestmark = pytest.mark.django_db


def long_ago(day: str, step: str = "", **how: object) -> Walk:
    """Return the walk of a proposal of years ago, when the demo's people did not serve yet."""
    cases.settle(moment(day, 7))
    Membership.objects.update(valid_from=date(2017, 1, 1))
    Agency.objects.update(valid_from=date(2017, 1, 1))
    return case_at(step, at=moment(day, 8, 5), commune="phuc", **how)


@pytest.mark.parametrize("day", ["05/03/2018", "01/03/2021"])
@pytest.mark.parametrize("story", ["single", "supplement"])
def test_x(day, story):
    walk = long_ago(day, story=story)
    print(walk.case.state, walk.events)
    assert walk.case.state == "established"

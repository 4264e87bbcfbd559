"""Cases of the establishment procedure, brought to where they stand by the walk of a story."""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts import services as accounts
from accounts.models import Membership, User
from accounts.states import Role
from approvals.procedures.development import services as development
from approvals.procedures.development.flows import Development
from approvals.uploads import CheckedUpload
from clusters import services as register
from clusters.states import Kind, Stage
from demo import loading, people, stories
from demo.walk import Ended, Walk, paper
from law.clock import add_working_days
from law.selectors import calendar
from workflows.models import Case, Step
from workflows.services import adopt
from workflows.states import CaseKind

__all__ = ["Walk", "appoint", "begun", "case_at", "followed", "moment", "paper", "settle", "signed_paper"]

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 10, 5)
_numbers = itertools.count(1)


def moment(day: date | str, hour: int = 9, minute: int = 0) -> datetime:
    """Return a moment of `day` (a date, or "12/10/2026") in Hanoi."""
    if isinstance(day, str):
        day = datetime.strptime(day, "%d/%m/%Y").date()  # noqa: DTZ007
    return datetime.combine(day, time(hour, minute), tzinfo=HANOI)


def settle(at: datetime | None = None) -> None:
    """Enter the offices and the people of the demo, where they do not stand yet."""
    if not User.objects.filter(email=people.person("chau").email).exists():
        at = at or moment(MONDAY)
        loading.settle(at=at)


def begun(at: datetime | None = None, *, name: str = "", **how: Any) -> Walk:
    """Return a walk that can begin at `at`: people and offices stand, nothing is filed."""
    at = at or moment(MONDAY, 8, 5)
    settle(at)
    name = name or f"Cụm thử {next(_numbers):03d}"
    return Walk(name=name, now=at, end=at + timedelta(days=500), **how)


def case_at(
    step: str = "", *, story: str = "single", at: datetime | None = None, name: str = "", **how: Any
) -> Walk:
    """Return the walk of `story` with the step `step` open (its end, if none is named).

    `at` is the moment of filing. The walk's `now` is one at which the step can be done.
    """
    if at is None and story in stories.FIRST_DAY:
        at = moment(stories.FIRST_DAY[story], 8, 5)
    walk = begun(at, name=name, **how)
    walk.until = step
    with suppress(Ended):
        stories.STORIES[story](walk)
    walk.until = ""
    if step:
        assert walk.case.steps.open().filter(name=step).exists(), f"{story} never comes to {step}"
    return walk


@dataclass
class Followed(Walk):
    """A walk on a cluster of the register that was taken up: no proposal lies before it."""

    case_id: int = 0

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.case_id)


def followed(step: str) -> Walk:
    """Return a walk with the step `step` after the decision open, on a case taken up as near to it as can be.

    Much shorter than from the proposal on; the case has no dossier.
    """
    building = Development.path.index(step) >= Development.path.index("build")
    at = moment("01/12/2025")
    settle(at)
    cluster = register.enter(code=f"T{next(_numbers):05d}", name="Cụm đã có", kind=Kind.NEW, at=at)
    stage = Stage.UNDER_CONSTRUCTION if building else Stage.ESTABLISHED
    system = User.objects.system()
    case = adopt(
        cluster=cluster, kind=CaseKind.NEW, stage=stage, source="Báo", grade="SEEN", by=system, at=at
    )
    development.take_up(
        case_id=case.pk,
        applicant_id=people.agency_of(people.person("lan")).pk,
        commune_id=people.agency_of(people.person("binh")).pk,
        progress={},
        by=people.user("minh"),
        at=at,
    )
    walk = Followed(name=cluster.name, now=at, end=at + timedelta(days=500), until=step, case_id=case.pk)
    with suppress(Ended):
        (stories.build if building else stories.develop)(walk)
    walk.until = ""
    return walk


def later(walk: Walk, working_days: int) -> None:
    """Let so many working days pass, whatever the pace of the walk."""
    day = add_working_days(walk.now.astimezone(HANOI).date(), working_days, calendar())
    walk.now = moment(day)


def step_of(walk: Walk, name: str) -> Step:
    """Return the newest step `name` of the case, open or not."""
    return walk.case.steps.filter(name=name).order_by("-pk")[0]


def appoint(key: str, role: Role) -> User:
    """Give the demo's person `key` a second role at their own agency, and return them."""
    user = people.user(key)
    agency = people.agency_of(people.person(key))
    Membership.objects.create(user=user, agency=agency, role=role, valid_from=people.SINCE)
    return user


def colleague(key: str, name: str = "Đoàn Thị Ngọc") -> User:
    """Return a new colleague of the demo's person `key`, with the same role at the same agency."""
    person = people.person(key)
    user = accounts.open_account(
        email=f"colleague{next(_numbers)}@demo.khoicong.example",
        full_name=name,
        password=people.PASSWORD,
        at=moment(MONDAY, 7),
    )
    agency = people.agency_of(person)
    Membership.objects.create(user=user, agency=agency, role=person.role, valid_from=people.SINCE)
    return user


def signed_paper(title: str = "Tờ trình") -> dict[str, Any]:
    """Return `upload` and `content` of a scanned paper, as the services take them."""
    upload: CheckedUpload
    upload, content = paper(title)
    return {"upload": upload, "content": content}

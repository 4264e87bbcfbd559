"""A page asks the database as often for 10,000 clusters and 1,000 cases as for 70 of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.models import Decision
from clusters import services
from clusters.geometry import area_ha
from clusters.models import Boundary, Cluster
from demo import people
from tests.factories import clusters as factory
from tests.factories.cases import case_at, moment
from tests.factories.fixtures import english, files, it_is
from workflows.models import Case, Process, Step

__all__ = ["english", "files", "it_is"]
pytestmark = pytest.mark.django_db

NOW = moment("10/11/2026")
FEW, CASES, CLUSTERS = 70, 1_000, 10_000
CORNERS = [(20.85, 105.85), (20.85, 105.86), (20.86, 105.86), (20.86, 105.85)]
PUBLIC = (
    "/register/",
    "/register/?q=cum&district=Sóc Sơn&kind=new",
    "/register/?after=XX00030",
    "/register/XX00050/",
    "/register/map/",
    "/register/map/?kind=new",
    "/decisions/",
    "/decisions/feed/",
)
# Who asks for what; `chau` leads the city, `minh` serves at the Department, where the work lies.
SIGNED_IN = {
    "chau": (
        "/board/",
        "/board/steps/",
        "/board/steps/?procedure=establishment&step=check_intake&late=1",
        "/board/conformance/",
        "/board/conformance/?kind=late",
        "/board/groundbreaking/",
        "/board/groundbreaking/?wave=2017&rows=50",
        "/board/groundbreaking/?made_up=yes",
        "/cases/XX00050/",
    ),
    "minh": (
        "/inbox/",
        "/inbox/?tab=agency",
        "/inbox/?tab=overdue",
        "/inbox/?tab=others",
        "/cases/XX00050/",
    ),
}


def grow(clusters: int, cases: int, *, like: Step, decided: Decision) -> None:
    """Fill the register up to `clusters`, each with a boundary; `cases` of them have a case.

    On each case the step `like` is open, and the decision `decided` has been taken.
    """
    standing = Cluster.objects.filter(is_demo=False).count()
    rows = [factory.register_row(number) for number in range(standing + 1, clusters + 1)]
    entered = [result.cluster for result in services.import_rows(rows, at=NOW)]
    Boundary.objects.bulk_create(
        Boundary(
            cluster=one, corners=CORNERS, area_ha=area_ha(CORNERS), decided_on=NOW.date(), recorded_at=NOW
        )
        for one in entered
    )
    more = entered[: cases - Case.objects.filter(cluster__is_demo=False).count()]
    opened = [
        Case(code=one.code, cluster=one, rule_set=like.case.rule_set, opened_at=NOW, moved_at=NOW)
        for one in more
    ]
    Case.objects.bulk_create(opened)
    running = [
        Process(case=case, procedure=like.process.procedure, flow_class=like.process.flow_class)
        for case in opened
    ]
    Process.objects.bulk_create(running)
    Step.objects.bulk_create(
        Step(**_copied(like, without=("process", "case", "owner", "claimed_at")), process=one, case=one.case)
        for one in running
    )
    Decision.objects.bulk_create(
        Decision(**_copied(decided, without=("case", "number")), case=case, number=f"{case.code}/QĐ-UBND")
        for case in opened
    )


def _copied(like: Model, *, without: tuple[str, ...]) -> dict[str, Any]:
    fields = like._meta.concrete_fields
    return {one.attname: getattr(like, one.attname) for one in fields if one.name not in ("id", *without)}


def asked() -> dict[str, int]:
    """Return how many queries each page takes."""
    found: dict[str, int] = {}
    for key, pages in {"": PUBLIC, **SIGNED_IN}.items():
        client = Client()
        if key:
            client.force_login(people.user(key))
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200, page
            found[f"{key} {page}"] = len(queries)
    return found


def test_no_page_asks_more_often_for_more(it_is: Callable[[datetime], None]) -> None:
    it_is(NOW)
    like = case_at("check_intake").case.steps.open().select_related("process", "case").get()
    decided = case_at("send_copy").case.decisions.get()
    grow(FEW, FEW, like=like, decided=decided)
    asked()  # what is kept from one request to the next is kept now
    few = asked()
    grow(CLUSTERS, CASES, like=like, decided=decided)
    real = {"cluster__is_demo": False}
    assert (Boundary.objects.filter(**real).count(), Case.objects.filter(**real).count()) == (CLUSTERS, CASES)
    assert asked() == few

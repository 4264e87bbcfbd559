"""A page asks the database as often for 10,000 clusters and 1,000 cases as for 70 of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters import services
from clusters.models import Cluster
from demo import people
from tests.factories import clusters as factory
from tests.factories.cases import case_at, moment
from tests.factories.fixtures import english, files, it_is
from workflows.models import Case, Process, Step

__all__ = ["english", "files", "it_is"]
pytestmark = pytest.mark.django_db

NOW = moment("10/11/2026")
FEW, CASES, CLUSTERS = 70, 1_000, 10_000
PUBLIC = (
    "/register/",
    "/register/?q=cum&district=Sóc Sơn&kind=new",
    "/register/?after=XX00030",
    "/register/XX00050/",
)
# Who asks for what; `chau` leads the city, `minh` serves at the Department, where the work lies.
SIGNED_IN = {
    "chau": (
        "/board/",
        "/board/steps/",
        "/board/steps/?procedure=establishment&step=check_intake&late=1",
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


def grow(clusters: int, cases: int, *, like: Step) -> None:
    """Fill the register up to `clusters`; lay the step `like` open on `cases` of them."""
    standing = Cluster.objects.filter(is_demo=False).count()
    rows = [factory.register_row(number) for number in range(standing + 1, clusters + 1)]
    services.import_rows(rows, at=NOW)
    free = Cluster.objects.filter(is_demo=False, cases=None).order_by("pk")
    opened = [
        Case(code=one.code, cluster=one, rule_set=like.case.rule_set, opened_at=NOW, moved_at=NOW)
        for one in free[: cases - Case.objects.filter(cluster__is_demo=False).count()]
    ]
    Case.objects.bulk_create(opened)
    running = [
        Process(case=case, procedure=like.process.procedure, flow_class=like.process.flow_class)
        for case in opened
    ]
    Process.objects.bulk_create(running)
    Step.objects.bulk_create(_step_of(process, like) for process in running)


def _step_of(process: Process, like: Step) -> Step:
    copied = {
        field.attname: getattr(like, field.attname)
        for field in Step._meta.concrete_fields
        if field.name not in ("id", "process", "case", "owner", "claimed_at")
    }
    return Step(**copied, process=process, case=process.case)


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
    grow(FEW, FEW, like=like)
    asked()  # what is kept from one request to the next is kept now
    few = asked()
    grow(CLUSTERS, CASES, like=like)
    assert (Cluster.objects.filter(is_demo=False).count(), Case.objects.count()) == (CLUSTERS, CASES + 1)
    assert asked() == few

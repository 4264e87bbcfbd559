"""`manage.py verify` finds each break that we can think of: it is planted, below what guards it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Agency, User
from accounts.states import AgencyKind
from approvals.models import Decision, Document, Dossier
from clusters.models import Cluster
from clusters.states import Kind, Stage
from demo import people
from law.models import CalendarDay, CalendarVersion
from notifications import delivery
from notifications.models import Notification, OutboxRow
from records import triggers
from records.clock import database_time
from records.invariants import Invariant, all_invariants
from records.models import AuditRow
from tests.factories.cases import Walk, case_at, moment
from workflows import triggers as copying
from workflows.models import Awaited, Case, Clock, Process, Stay, Step
from workflows.services import adopt
from workflows.states import CaseKind

pytestmark = pytest.mark.django_db

NAMES = [
    "C1",
    "C2",
    "I1",
    "I3",
    "I3t",
    "I4",
    "I5",
    "I6",
    "I6s",
    "I7",
    "I8",
    "L1",
    "L2",
    "L3",
    "W1",
    "W2",
    "W3",
    "W4",
    "W5",
    "W7",
    "W8",
]


def verify() -> str:
    """Run the command, and return what it said."""
    said = io.StringIO()
    call_command("verify", stdout=said)
    return said.getvalue()


def found(name: str) -> list[str]:
    """Return the breaks that one invariant tells."""
    one: Invariant = next(one for one in all_invariants() if one.name == name)
    return list(one.check())


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def unguarded() -> Iterator[None]:
    """Take the database's own guards away, plant something, and put them back."""
    everywhere = connection.vendor == "postgresql"
    for model in triggers.guarded_models():
        table = model._meta.db_table
        for part in ("moved", "born"):
            execute(f"DROP TRIGGER {table}_{part}{f' ON {table}' if everywhere else ''}")
    for event in ("insert", "update"):
        on = f" ON {Case._meta.db_table}" if everywhere else ""
        execute(f"DROP TRIGGER {copying.COPIED}_{event}{on}")
    yield
    triggers.install("default")
    copying.install("default")


@pytest.fixture
def walk() -> Walk:
    """Return a case that was decided, of which everybody was told."""
    walk = case_at("send_copy")
    for row in OutboxRow.objects.all():
        delivery.send(outbox_id=row.pk, at=walk.now)
    return walk


def test_every_invariant_holds_after_a_whole_procedure(walk: Walk) -> None:
    said = verify()
    for name in NAMES:
        assert f"{name} holds: " in said
    assert [one.name for one in all_invariants()] == NAMES


def last_row(walk: Walk) -> AuditRow:
    return AuditRow.objects.filter(subject_kind=Case.subject_kind(), subject_id=walk.case.pk).latest("seq")


# --- what is planted, by the invariant that must find it -------------------------------------------
Plant = Callable[[Walk], object]


def decision_lost(walk: Walk) -> None:
    Decision.objects.all().delete()


def rejection_without_a_decision(walk: Walk) -> None:
    Decision.objects.all().delete()
    Case.objects.filter(pk=walk.case.pk).update(state=Stage.REJECTED)


def decision_says_otherwise(walk: Walk) -> None:
    Decision.objects.update(outcome="reject")


def stage_moved_by_hand(walk: Walk) -> None:
    Case.objects.filter(pk=walk.case.pk).update(state=Stage.OPERATING)


def dossier_moved_by_hand(walk: Walk) -> None:
    Dossier.objects.update(state="recalled")


def last_audit_row_deleted(walk: Walk) -> None:
    last_row(walk).delete()


def audit_deleted(walk: Walk) -> None:
    AuditRow.objects.all().delete()


def counter_turned_back(walk: Walk) -> None:
    Case.objects.filter(pk=walk.case.pk).update(audit_seq=2)


def head_replaced(walk: Walk) -> None:
    Case.objects.filter(pk=walk.case.pk).update(audit_head="f" * 64)


def middle_row_deleted(walk: Walk) -> None:
    AuditRow.objects.get(subject_kind=Case.subject_kind(), subject_id=walk.case.pk, seq=3).delete()


def row_rewritten(walk: Walk) -> None:
    AuditRow.objects.filter(pk=last_row(walk).pk).update(actor_name="Somebody Else")


def row_rewritten_with_its_hash(walk: Walk) -> None:
    row = AuditRow.objects.get(subject_kind=Case.subject_kind(), subject_id=walk.case.pk, seq=3)
    row.actor_name = "Somebody Else"
    row.hash = row.compute_hash()
    row.save()


def moment_rewritten(walk: Walk) -> None:
    AuditRow.objects.filter(pk=last_row(walk).pk).update(at=walk.now - timedelta(days=9))


def way_that_no_law_allows(walk: Walk) -> None:
    AuditRow.objects.filter(subject_kind=Case.subject_kind(), act="check_intake").update(target="operating")


def triggers_dropped(walk: Walk) -> None:
    table = Case._meta.db_table
    execute(f"DROP TRIGGER {table}_moved{f' ON {table}' if connection.vendor == 'postgresql' else ''}")


def notice_lost(walk: Walk) -> None:
    Notification.objects.order_by("pk")[0].delete()


def mail_lost(walk: Walk) -> None:
    OutboxRow.objects.filter(channel="email").delete()


def deadline_changed(walk: Walk) -> None:
    Clock.objects.filter(limit="E50").update(due_on=walk.now.date())


def pause_forgotten(walk: Walk) -> None:
    clock = Clock.objects.get(limit="E50")
    third, fifth = (clock.trigger_on + timedelta(days=n) for n in (3, 5))
    clock.pauses.create(from_on=third, to_on=fifth, reason="x")


def open_step_moved(walk: Walk) -> None:
    Step.objects.filter(name="decide").update(finished=None, due_on=walk.now.date())


def file_lost(walk: Walk) -> None:
    Path(Document.objects.latest("pk").file.path).unlink()


def file_changed(walk: Walk) -> None:
    Path(Document.objects.latest("pk").file.path).write_bytes(b"another paper")


def calendar_changed(walk: Walk) -> None:
    execute(f"DELETE FROM {CalendarDay._meta.db_table} WHERE day = '2027-02-04'")


def year_known_in_part(walk: Walk) -> None:
    version = CalendarVersion.objects.create(number=2, recorded_at=walk.now, file_name="x", digest="")
    day = CalendarDay.objects.order_by("day")[0]
    CalendarDay.objects.create(
        version=version, day="2031-01-01", kind=day.kind, name="x", basis=day.basis, status=day.status
    )


def step_open_in_a_wrong_stage(walk: Walk) -> None:
    Step.objects.filter(case=walk.case, name="check_intake").update(finished=None)


def process_stuck(walk: Walk) -> None:
    Step.objects.filter(name="send_copy").update(finished=walk.now)


def process_ended_too_early(walk: Walk) -> None:
    Process.objects.update(status="DONE", finished=walk.now)


def stay_lost(walk: Walk) -> None:
    Stay.objects.filter(name="check_intake").delete()


def stay_of_an_open_step(walk: Walk) -> None:
    step = Step.objects.get(name="send_copy")
    Stay.objects.filter(name="check_intake").update(step=step)


def stays_miscounted(walk: Walk) -> None:
    Case.objects.filter(pk=walk.case.pk).update(stay_seq=1)


def register_tells_another_stage(walk: Walk) -> None:
    Cluster.objects.update(stage=Stage.LISTED)


def inbox_forgets(walk: Walk) -> None:
    Awaited.objects.filter(step__name="send_copy").delete()


def inbox_tells_another_day(walk: Walk) -> None:
    Awaited.objects.filter(step__name="send_copy").update(due_on=walk.now.date())


def inbox_tells_of_a_closed_step(walk: Walk) -> None:
    step = Step.objects.get(name="decide", case=walk.case)
    Awaited.objects.create(step=step, agency=people.agency_of(people.person("binh")))


def left_at_an_ended_agency(walk: Walk) -> None:
    # By the true clock, which the check reads: what ended long ago was due to go over.
    long_ago = database_time().date() - timedelta(days=30)
    ended = Agency.objects.get(kind=AgencyKind.TRANSPORT)
    Agency.objects.filter(pk=ended.pk).update(valid_to=long_ago)
    Step.objects.filter(name="send_copy").update(agency=ended)


def clock_closed_under_a_step(walk: Walk) -> None:
    clock = walk.case.clocks.latest("pk")
    Clock.objects.filter(pk=clock.pk).update(closed_on=walk.now.date())
    Step.objects.filter(name="send_copy").update(clock=clock)


def found_by_other_words(walk: Walk) -> None:
    Cluster.objects.update(folded="something else")


BREAKS: list[tuple[str, Plant, str]] = [
    ("I1", decision_lost, "is established without a decision"),
    ("I1", rejection_without_a_decision, "is rejected without a decision"),
    ("I1", decision_says_otherwise, "says reject"),
    ("I3", stage_moved_by_hand, "is operating, its audit says established"),
    ("I3", dossier_moved_by_hand, "is recalled, its audit says chosen"),
    ("I3", last_audit_row_deleted, "its audit says"),
    ("I3", audit_deleted, "its audit says"),
    ("I3", counter_turned_back, "its audit says"),
    ("I3", head_replaced, "its audit says"),
    ("I4", way_that_no_law_allows, "proposed → operating"),
    ("I7", middle_row_deleted, "the chain is broken here"),
    ("I7", row_rewritten, "the chain is broken here"),
    ("I7", row_rewritten_with_its_hash, "the chain is broken here"),
    ("I7", moment_rewritten, "the chain is broken here"),
    ("I3t", triggers_dropped, "workflows_case_moved is missing"),
    ("I5", notice_lost, "done for"),
    ("I5", mail_lost, "no e-mail is owed or sent"),
    ("I6", deadline_changed, "counted again it is due on"),
    ("I6", pause_forgotten, "counted again it is due on"),
    ("I6", open_step_moved, "its clock R4/E70"),
    ("I8", file_lost, "is missing"),
    ("I8", file_changed, "was changed"),
    ("L1", calendar_changed, "are not those that were loaded"),
    ("L2", year_known_in_part, "the year 2031 is not whole"),
    ("W1", step_open_in_a_wrong_stage, "is open while"),
    ("W2", process_stuck, "is stuck: nothing is open"),
    ("W2", process_ended_too_early, "has ended, yet a step is open"),
    ("W3", stay_lost, "is closed without a stay"),
    ("W3", stay_of_an_open_step, "of an open step"),
    ("W3", stays_miscounted, "and counts 1"),
    ("W4", register_tells_another_stage, "shows listed"),
    ("W5", inbox_forgets, "and its inbox does not tell"),
    ("W5", inbox_tells_another_day, "or not to the day that its inbox tells"),
    ("W5", inbox_tells_of_a_closed_step, "does not wait for step"),
    ("W7", left_at_an_ended_agency, "still lies at an agency that has ended"),
    ("W8", clock_closed_under_a_step, "is still under a closed clock"),
    ("C1", found_by_other_words, "is found or ordered by other words"),
]


@pytest.mark.parametrize(("name", "plant", "words"), BREAKS, ids=[plant.__name__ for _, plant, _ in BREAKS])
def test_a_planted_break_is_found(walk: Walk, name: str, plant: Plant, words: str) -> None:
    assert found(name) == []
    if plant is triggers_dropped:
        plant(walk)
    else:
        with unguarded():
            plant(walk)
    breaks = found(name)
    assert any(words in one for one in breaks), breaks
    with pytest.raises(CommandError, match="broken"):
        verify()


def test_the_command_stops_at_the_first_break_and_exits_non_zero(walk: Walk) -> None:
    with unguarded():
        decision_lost(walk)
    words = r"^I1 broken \(a decided case has its decision.*\): .* without a decision"
    with pytest.raises(CommandError, match=words) as caught:
        verify()
    assert caught.value.returncode == 1


def test_an_adopted_case_needs_no_decision_of_ours() -> None:
    at = moment("05/10/2026")
    cluster = Cluster.objects.create(
        code="HN900", name="Cụm cũ", kind=Kind.NEW, recorded_at=at, changed_at=at
    )
    adopt(
        cluster=cluster,
        kind=CaseKind.NEW,
        stage=Stage.OPERATING,
        source="a page",
        grade="SEEN",
        by=User.objects.system(),
        at=at,
    )
    assert "I1 holds" in verify()

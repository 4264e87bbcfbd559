"""Two people at the same moment: real threads, real transactions, on both databases.

PostgreSQL lets both in and holds the second at the row of the case; SQLite, with IMMEDIATE
transactions, holds it at the door.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from approvals.models import Decision, Dossier
from approvals.procedures.establishment import services
from approvals.procedures.establishment.proposals import read_proposal
from clusters.states import Stage
from demo import people
from law.services import load_calendar
from notifications.models import OutboxRow
from records.clock import local_day
from records.exceptions import DomainError
from records.models import AuditRow
from records.services import Sent
from tests.factories import cases
from tests.factories.acts import VERBS, progress, ready
from tests.factories.calendars import SWAP, calendar_file
from tests.factories.cases import Walk, begun, case_at, moment
from tests.integration.approvals.test_establishment import SIX, VOICES, drafted
from workflows.exceptions import StepClosed, WrongStage
from workflows.models import Assignment, Case, Stay, SuccessorChoice
from workflows.services import choose_successor, claim, close_windows, follow_calendar, pass_on, remind

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20


def at_once(*acts: Callable[[], object]) -> list[DomainError | None]:
    """Do all `acts` at the same moment; return what each was refused with."""
    start = Barrier(len(acts))

    def attempt(act: Callable[[], object]) -> DomainError | None:
        try:
            start.wait(timeout=20)
            with translation.override("en"):  # a thread speaks the first language of the site
                act()
        except DomainError as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(attempt, acts))


def refusals(*acts: Callable[[], object]) -> dict[str, int]:
    """Return how often each refusal came ("" where the act was done)."""
    found: dict[str, int] = {}
    for error in at_once(*acts):
        name = type(error).__name__ if error else ""
        found[name] = found.get(name, 0) + 1
    return found


def all_holds() -> None:
    said = io.StringIO()
    call_command("verify", stdout=said)


def test_an_officer_closes_the_step_while_command_and_beat_move_its_deadline(tmp_path: Path) -> None:
    walks = [case_at("give_notice", at=moment("05/10/2026", 8, 5)) for _ in range(4)]
    load_calendar(calendar_file(tmp_path, *SWAP), at=moment("06/10/2026"))
    verb = VERBS["give_notice"]
    for walk in walks:
        step = walk.case.steps.open().get()
        give = partial(verb.call, step.pk, by=people.user(verb.key), at=moment("06/10/2026"))
        follow = partial(follow_calendar, at=moment("06/10/2026"))
        assert at_once(give, follow, follow) == [None, None, None]
        stay = Stay.objects.select_related("step__clock").get(step=step)
        assert stay.step.clock is not None
        # Before or after the officer, but never half: what is closed keeps the day that it had.
        moved = AuditRow.objects.filter(subject_id=walk.case.pk, act="follow_calendar").count()
        assert moved <= 1
        assert stay.due_on == stay.step.due_on == stay.step.clock.due_on == date(2026, 10, 7 + moved)
        told = OutboxRow.objects.filter(kind="deadline_moved", context__code=walk.case.code)
        assert told.count() == 2 * moved
    all_holds()


def test_two_officers_choose_a_successor_at_once_and_the_second_is_told() -> None:
    for n in range(4):
        walk = case_at("give_notice", at=moment("20/06/2025"), commune="phuc")
        second = cases.colleague("minh", "Đoàn Thị Ngọc")
        binh, dao = (people.agency_of(people.person(key)).pk for key in ("binh", "dao"))
        choose = partial(
            choose_successor,
            cluster_id=walk.case.cluster_id,
            predecessor_id=people.agency_of(people.person("phuc")).pk,
            reason="Số 12/UBND-NV",
            at=moment("01/07/2025", 8, n),
        )
        found = refusals(
            partial(choose, successor_id=binh, by=people.user("minh")),
            partial(choose, successor_id=dao, by=second),
        )
        assert found == {"": 1, "AlreadyChosen": 1}
        choice = SuccessorChoice.objects.get(cluster=walk.case.cluster_id)
        assert [step.agency_id for step in walk.case.steps.open()] == [choice.successor_id]
    all_holds()


def test_the_day_s_run_twice_at_once_passes_each_step_on_once() -> None:
    walk = case_at("give_opinion", story="succession", at=moment("13/01/2025"))
    at = moment("01/03/2025", 0, 1)
    assert refusals(lambda: pass_on(at=at), lambda: pass_on(at=at)) == {"": 2}
    assert Stay.objects.filter(case=walk.case, outcome="passed_on").count() == 2
    assert walk.case.steps.open().count() == 3
    all_holds()


def test_two_leaders_decide_at_once_and_the_second_is_told_who_was_first() -> None:
    walk, step, chau, decide = ready("decide")
    hai = cases.colleague("chau", "Lê Văn Hai")

    first, second = at_once(
        lambda: decide(step.pk, by=chau, at=walk.now, number="1/QĐ"),
        lambda: decide(step.pk, by=hai, at=walk.now, number="2/QĐ"),
    )

    assert (first is None) != (second is None)
    winner, loser = (chau, second) if first is None else (hai, first)
    assert isinstance(loser, StepClosed)
    assert str(loser.message).startswith(f"{winner.full_name} already completed this step on")
    assert Decision.objects.get().decided_by == winner
    assert walk.case.state == Stage.ESTABLISHED
    all_holds()


def answering(walk: Walk, key: str) -> Callable[[], object]:
    step, by = walk.open_step("give_opinion", people.agency_of(people.person(key))), people.user(key)
    return lambda: VERBS["give_opinion"].call(step.pk, by=by, at=walk.now)


def test_opinions_that_arrive_together_join_exactly_once_every_time() -> None:
    for _ in range(ROUNDS):
        walk = case_at("plan_consultation")
        walk.consult(*SIX)
        assert refusals(*[answering(walk, key) for key in VOICES]) == {"": 6}
        assert walk.case.steps.filter(name="draft_report").count() == 1
        assert walk.case.steps.open().get().name == "draft_report"
        assert walk.case.steps.filter(name="opinions_in").count() == 1
    all_holds()


@pytest.mark.parametrize("verb", ["decide", "give_opinion", "submit_file"])
def test_one_form_sent_twice_at_once_acts_once(verb: str) -> None:
    walk, step, by, call = ready(verb)
    sent = Sent(uuid4(), {"step": step.pk})
    rows = AuditRow.objects.count()
    found = refusals(*[lambda: call(step.pk, by=by, at=walk.now, sent=sent)] * 3)
    assert found == {"": 1, "AlreadyDone": 2}
    assert walk.case.stays.filter(step=step).count() == 1
    assert AuditRow.objects.filter(key=sent.key).count() == 1
    assert AuditRow.objects.count() <= rows + 2
    all_holds()


def test_one_key_with_two_contents_at_once_acts_once() -> None:
    walk, step, by, call = ready("submit_report")
    key = uuid4()
    found = refusals(
        lambda: call(step.pk, by=by, at=walk.now, sent=Sent(key, {"findings": "a"})),
        lambda: call(step.pk, by=by, at=walk.now, sent=Sent(key, {"findings": "b"})),
    )
    assert found == {"": 1, "KeyReused": 1}
    assert walk.case.reports.count() == 1


def test_one_key_for_two_cases_at_once_acts_on_one() -> None:
    (one, first, by, call), (two, second, _, _) = ready("submit_report"), ready("submit_report")
    at, key = max(one.now, two.now), uuid4()
    found = refusals(
        lambda: call(first.pk, by=by, at=at, sent=Sent(key, {"step": first.pk})),
        lambda: call(second.pk, by=by, at=at, sent=Sent(key, {"step": second.pk})),
    )
    assert found == {"": 1, "KeyReused": 1}
    assert one.case.reports.count() + two.case.reports.count() == 1
    all_holds()


def filing(walk: Walk, draft: Dossier, **more: Any) -> Callable[[], object]:
    proposal = read_proposal(draft, today=local_day(walk.now))
    proposal = services.Proposal(**{**vars(proposal), **more.pop("changed", {})})
    by = people.user(walk.investor)
    return lambda: services.file_dossier(
        dossier_id=draft.pk, proposal=proposal, versions=draft.versions, by=by, at=walk.now, **more
    )


def test_a_proposal_filed_twice_at_once_is_filed_once() -> None:
    walk = begun()
    draft = drafted(walk)
    sent = Sent(uuid4(), {"dossier": draft.pk})
    assert refusals(*[filing(walk, draft, sent=sent)] * 3) == {"": 1, "AlreadyDone": 2}
    assert Case.objects.count() == 1
    assert OutboxRow.objects.filter(kind="dossier_filed").count() == 1
    all_holds()


def test_two_investors_propose_the_same_cluster_at_once() -> None:
    listed = case_at(story="withdrawal").case.cluster
    one, two = begun(moment("01/12/2026")), begun(moment("01/12/2026"), investor="hung")
    cluster = {"cluster_id": listed.pk}
    acts = [filing(walk, drafted(walk), changed=cluster) for walk in (one, two)]
    found = at_once(*acts)
    assert sorted(error is None for error in found) == [False, True]
    loser = next(error for error in found if error)
    assert isinstance(loser, WrongStage)
    assert listed.cases.exclude(state=Stage.WITHDRAWN).count() == 1
    all_holds()


def test_two_officers_take_a_step_at_once() -> None:
    walk = case_at("check_intake")
    step, minh, ngoc = walk.case.steps.open().get(), people.user("minh"), cases.colleague("minh")
    found = refusals(
        lambda: claim(step_id=step.pk, by=minh, at=walk.now),
        lambda: claim(step_id=step.pk, by=ngoc, at=walk.now),
    )
    assert found == {"": 1, "NotYours": 1}
    assert Assignment.objects.get().user == walk.case.steps.open().get().owner


@pytest.mark.parametrize("round_", range(5))
def test_a_withdrawal_and_a_decision_at_once_are_one_of_both(round_: int) -> None:
    walk, step, chau, decide = ready("decide")
    lan = people.user("lan")

    withdrawn, decided = at_once(
        lambda: services.withdraw(case_id=walk.case.pk, reason="x", by=lan, at=walk.now),
        lambda: decide(step.pk, by=chau, at=walk.now),
    )

    if decided is None:
        assert isinstance(withdrawn, WrongStage)
        assert walk.case.state == Stage.ESTABLISHED
    else:
        assert withdrawn is None
        assert isinstance(decided, StepClosed)
        assert walk.case.state == Stage.WITHDRAWN
        assert not walk.case.decisions.exists()
    all_holds()


def test_a_window_is_closed_once_by_two_beats() -> None:
    walk = case_at("receive_files")
    at = walk.now + timedelta(days=20)
    assert refusals(*[lambda: close_windows(at=at)] * 3) == {"": 3}
    assert walk.case.stays.filter(name="receive_files").count() == 1
    assert walk.case.steps.open().get().name == "submit_file"
    all_holds()


def test_a_reminder_is_owed_once_by_two_beats() -> None:
    case_at("check_intake", at=moment("05/10/2026"))
    at = moment("12/11/2026")
    assert refusals(*[lambda: remind(at=at)] * 3) == {"": 3}
    assert OutboxRow.objects.filter(kind="step_soon").count() == 1


def test_a_double_click_on_a_page_lands_on_the_case_twice(it_is: Callable[[datetime], None]) -> None:
    walk, step, _, _ = ready("decide")
    it_is(walk.now)
    path = reverse("establishment:decide", args=[step.pk])
    body = {
        "outcome": "establish",
        "number": "5/QĐ",
        "signed_on": f"{local_day(walk.now):%d/%m/%Y}",
        "reasons": "x",
        "key": str(uuid4()),
        **{f"progress_{kind}": f"{day:%d/%m/%Y}" for kind, day in progress(local_day(walk.now)).items()},
    }
    answers: list[tuple[int, str]] = []

    def send() -> None:
        client = Client()
        client.force_login(people.user("chau"))
        response = client.post(path, body)
        answers.append((response.status_code, response.headers.get("Location", "")))

    assert refusals(send, send) == {"": 2}
    assert answers == [(302, reverse("approvals:case", args=[walk.case.code]))] * 2
    assert Decision.objects.count() == 1


def wait_no_longer_than(milliseconds: int) -> None:
    """Let this thread's connection give up waiting sooner than a person would."""
    setting = (
        f"SET lock_timeout = {milliseconds}"
        if connection.vendor == "postgresql"
        else f"PRAGMA busy_timeout = {milliseconds}"
    )
    with connection.cursor() as cursor:
        cursor.execute(setting)


def test_who_waits_too_long_for_a_colleague_is_asked_to_try_again(
    it_is: Callable[[datetime], None],
) -> None:
    walk, step, by, _ = ready("submit_report")
    it_is(walk.now)
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(by)
    path = reverse("establishment:draft_report", args=[step.pk])
    body = {"findings": "Hợp lệ", "on_untold": "Đủ", "recommendation": "establish", "key": str(uuid4())}
    held, tried = Barrier(2), Barrier(2)

    def hold() -> None:
        try:
            with transaction.atomic():
                Case.objects.lock(pk=walk.case.pk)
                held.wait(timeout=20)
                tried.wait(timeout=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        held.wait(timeout=20)
        wait_no_longer_than(200)
        response = client.post(path, body)
        tried.wait(timeout=20)
        holding.result()
    connection.close()

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "Nothing was changed; please try again" in response.content.decode()
    assert client.post(path, body).status_code == 302
    assert walk.case.reports.count() == 1


def test_two_expansions_of_one_cluster_at_once_leave_one() -> None:
    first = begun(name="Cụm đang chạy")
    first.operate()
    second = begun(first.now, name="Cụm đang chạy", investor="hung")
    second.expands = first.expands
    today = local_day(first.now)

    def filing(walk: Walk) -> Callable[[], object]:
        draft = drafted(walk, listed=walk.expands)
        proposal = read_proposal(draft, today=today)
        return lambda: services.file_dossier(
            dossier_id=draft.pk,
            proposal=proposal,
            versions=draft.versions,
            by=people.user(walk.investor),
            at=walk.now,
        )

    refused = [error for error in at_once(filing(first), filing(second)) if error]
    (error,) = refused
    assert "is under way" in str(error) or isinstance(error, WrongStage)
    expansion = Case.objects.get(kind="expansion")
    assert expansion.cluster.stage == Stage.OPERATING
    assert Dossier.objects.filter(state="filed").count() == 1

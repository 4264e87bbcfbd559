"""What the city has set, on running clocks; extensions; and the time used, on the page of a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from demo import people
from law import services as law
from law.clock import add_working_days, working_days_left
from law.rules import Wanted
from law.rulesets import Provision, provision
from law.selectors import calendar
from law.states import ExtensionRule, SettingKind
from notifications.models import OutboxRow
from records.clock import local_day
from records.exceptions import AlreadyDone
from records.models import AuditRow
from records.services import Sent
from tests.factories import cases
from tests.factories.acts import VERBS
from tests.factories.cases import Walk, case_at, moment, settle
from workflows import clocks, services
from workflows.exceptions import NotYours, RuleBroken, StepClosed
from workflows.invariants import clocks_keep_settings_of_their_own, deadlines_recompute
from workflows.models import Clock, ClockExtension, Step

pytestmark = pytest.mark.django_db
PAPER: dict[str, Any] = {"paper_number": "12/SCT", "paper_on": date(2026, 10, 5), "reason": "Hồ sơ phức tạp"}


def set_locally(kind: SettingKind, step: str, amount: int | None = None, **more: Any) -> None:
    settle()
    wanted = Wanted(
        kind=kind,
        rule_set=more.pop("rule_set", "R4"),
        step=step,
        amount=amount,
        valid_from=more.pop("valid_from", date(2026, 9, 15)),
        valid_to=None,
        paper_number="25/2026/QĐ-UBND",
        paper_on=date(2026, 9, 1),
        reason="Cải cách thủ tục",
    )
    law.set_locally(wanted=wanted, by=people.user("quyen"), at=moment("05/10/2026"))


def clock_of(walk: Walk, limit: str) -> Clock:
    return walk.case.clocks.filter(limit=limit).latest("pk")


def page_of(walk: Walk, key: str = "minh") -> str:
    client = Client()
    client.force_login(people.user(key))
    client.cookies["django_language"] = "en"
    return client.get(f"/cases/{walk.case.code}/").content.decode()


# --- what the city has set ------------------------------------------------------------------------
def test_a_shorter_limit_of_the_trigger_day_counts_and_shows_the_law_beside_it(
    it_is: Callable[[datetime], None],
) -> None:
    set_locally(SettingKind.SHORTER_LIMIT, "E20", 1)
    walk = case_at("give_notice", at=moment("05/10/2026"))
    clock, step = clock_of(walk, "E20"), walk.case.steps.open().get()
    assert (clock.due_on, step.due_on) == (date(2026, 10, 6), date(2026, 10, 6))
    assert not list(deadlines_recompute())
    it_is(walk.now)
    page = page_of(walk)
    assert "2 working days" in page
    assert "Article 10, clause 1, Decree 32/2024/NĐ-CP" in page
    assert "The city has shortened it to 1 working day: 25/2026/QĐ-UBND (01/09/2026)." in page


def test_the_estimate_of_the_decision_knows_what_the_city_has_set() -> None:
    settle()
    plain = case_at("give_notice", at=moment("05/10/2026")).case.dossiers.get().estimated_on
    set_locally(SettingKind.SHORTER_LIMIT, "E70", 3)
    short = case_at("give_notice", at=moment("05/10/2026")).case.dossiers.get().estimated_on
    assert plain == date(2026, 11, 25)
    assert short == date(2026, 11, 23)


def test_a_setting_that_comes_later_does_not_touch_a_running_clock() -> None:
    walk = case_at("give_notice", at=moment("05/10/2026"))
    set_locally(SettingKind.SHORTER_LIMIT, "E20", 1)
    clock = clock_of(walk, "E20")
    assert clock.shorter is None
    assert clocks.deadline(clock).due_on == clock.due_on == date(2026, 10, 7)


def test_a_setting_that_ended_later_stays_on_the_clock() -> None:
    set_locally(SettingKind.SHORTER_LIMIT, "E20", 1)
    walk = case_at("give_notice", at=moment("05/10/2026"))
    clock = clock_of(walk, "E20")
    assert clock.shorter
    law.end_setting(
        setting_id=clock.shorter.pk,
        last_on=date(2026, 10, 5),
        **PAPER,
        by=people.user("quyen"),
        at=moment("05/10/2026"),
    )
    later = case_at("give_notice", at=moment("06/10/2026"))
    assert clocks.deadline(clock_of(walk, "E20")).due_on == date(2026, 10, 6)
    assert clock_of(later, "E20").due_on == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("of another step", {"step": "E40"}),
        ("of another rule set", {"rule_set": "R3", "step": "E20"}),
        ("from the next day on", {"step": "E20", "valid_from": date(2026, 10, 6)}),
    ],
)
def test_a_setting_that_is_not_about_this_clock_leaves_it_alone(what: str, more: dict[str, Any]) -> None:
    set_locally(SettingKind.SHORTER_LIMIT, amount=1, **more)
    walk = case_at("give_notice", at=moment("05/10/2026"))
    assert clock_of(walk, "E20").due_on == date(2026, 10, 7), what


def test_the_first_day_is_counted_where_the_city_says_so(it_is: Callable[[datetime], None]) -> None:
    set_locally(SettingKind.FIRST_DAY, "E30")
    walk = case_at("receive_files", at=moment("05/10/2026"))
    clock = clock_of(walk, "E30")
    counted, skipped = clocks.deadline(clock), replace_setting(clock, "first_day")
    assert counted.due_on == clock.due_on
    assert counted.due_on < skipped.due_on
    assert counted.ledger[0].counted
    it_is(walk.now)
    assert "The day of the event is counted: 25/2026/QĐ-UBND" in page_of(walk)


def replace_setting(clock: Clock, name: str) -> Any:
    """Return the deadline as it would be without the setting `name`."""
    other = Clock.objects.get(pk=clock.pk)
    setattr(other, name, None)
    return clocks.deadline(other)


@pytest.mark.parametrize("says_so", [False, True])
def test_after_a_supplement_the_limit_counts_anew_where_the_city_says_so(*, says_so: bool) -> None:
    """Of the 20 working days of the appraisal, those before the request are used, unless it says so."""
    settle()
    if says_so:
        set_locally(SettingKind.PAUSE_RESTARTS, "E50")
    walk = case_at("draft_report")
    asked = walk.now
    step = walk.case.steps.open().get()
    VERBS["ask_supplement_in_appraisal"].call(step.pk, by=people.user("minh"), at=asked)
    cases.later(walk, 2)
    step = walk.case.steps.open().get()
    VERBS["answer_supplement"].call(step.pk, by=people.user("lan"), at=walk.now)
    clock, step, days = clock_of(walk, "E50"), walk.case.steps.open().get(), calendar()
    before = working_days_left(today=clock.trigger_on, due_on=local_day(asked), calendar=days) - 1
    assert before > 0
    left = 20 if says_so else 20 - before
    assert clock.due_on == step.due_on == add_working_days(local_day(walk.now), left, days)
    assert not list(deadlines_recompute())


def test_verify_tells_of_a_setting_that_is_not_the_clocks_own() -> None:
    set_locally(SettingKind.SHORTER_LIMIT, "E20", 1)
    clock = clock_of(case_at("give_notice", at=moment("05/10/2026")), "E20")
    assert not list(clocks_keep_settings_of_their_own())
    Clock.objects.filter(pk=clock.pk).update(limit="E40", trigger_on=date(2026, 9, 1))
    assert [line.partition(": A")[2] for line in clocks_keep_settings_of_their_own()] == [
        " shorter limit: R4/E20 is about another limit",
        " shorter limit: R4/E20 was not in force yet",
    ]


# --- extensions -----------------------------------------------------------------------------------
@pytest.fixture
def extendable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the law allow one extension of the appraisal: no procedure walks yet over the step that has one."""

    def extended(code: str, step: str, *, on: date | None = None) -> Provision:
        return replace(provision(code, step, on=on), extension=ExtensionRule.ONCE_SAME)

    monkeypatch.setattr(clocks, "provision", extended)
    monkeypatch.setattr("workflows.selectors.find_provision", extended)


def extend(step: Step, key: str = "thao", *, at: datetime, amount: int = 5, **more: Any) -> ClockExtension:
    return services.extend_clock(step_id=step.pk, amount=amount, **PAPER, by=people.user(key), at=at, **more)


def test_without_a_word_of_the_law_an_extension_is_refused_with_the_article() -> None:
    walk = case_at("check_intake")
    with pytest.raises(RuleBroken) as refusal:
        extend(walk.case.steps.open().get(), at=walk.now)
    assert str(refusal.value.message) == (
        "The law (Article 10, Decree 32/2024/NĐ-CP (as amended by Decree 303/2026/NĐ-CP))"
        " does not let this limit be extended."
    )
    assert not ClockExtension.objects.exists()


@pytest.mark.usefixtures("extendable")
def test_an_extension_moves_the_open_step_is_on_record_and_is_told(it_is: Callable[[datetime], None]) -> None:
    walk = case_at("check_intake")
    step = walk.case.steps.open().get()
    before = step.due_on
    granted = extend(step, at=walk.now)
    step = walk.case.steps.open().get()
    clock = clock_of(walk, "E50")
    assert before is not None
    assert step.due_on == clock.due_on == granted.clock.due_on
    assert clock.due_on > before
    assert not list(deadlines_recompute())
    row = AuditRow.objects.get(act="extend_clock")
    assert (row.data["from"], row.data["to"]) == (before.isoformat(), clock.due_on.isoformat())
    assert (row.data["number"], row.data["reason"], row.actor_id) == (
        "12/SCT",
        "Hồ sơ phức tạp",
        people.user("thao").pk,
    )
    told = OutboxRow.objects.filter(kind="clock_extended")
    assert {message.agency_id for message in told} == {step.agency_id, walk.case.applicant_id}
    it_is(walk.now)
    assert "Extended by 5 working days on" in page_of(walk)


@pytest.mark.usefixtures("extendable")
def test_the_agencies_that_are_asked_keep_their_own_day() -> None:
    walk = case_at("give_opinion")
    asked = {step.pk: step.due_on for step in walk.case.steps.open()}
    step = walk.case.steps.open().first()
    assert step
    with pytest.raises(NotYours):
        extend(step, at=walk.now)
    assert {step.pk: step.due_on for step in walk.case.steps.open()} == asked


@pytest.mark.usefixtures("extendable")
@pytest.mark.parametrize(
    ("amount", "days", "said"),
    [
        (21, 0, "An extension is no longer than the limit itself: at most 20 working days"),
        (5, 60, "The limit ran out on"),
    ],
)
def test_an_extension_beyond_the_law_is_refused(amount: int, days: int, said: str) -> None:
    walk = case_at("check_intake")
    cases.later(walk, days)
    with pytest.raises(RuleBroken, match=said):
        extend(walk.case.steps.open().get(), at=walk.now, amount=amount)


@pytest.mark.usefixtures("extendable")
def test_the_law_allows_one_extension_and_the_same_form_extends_once() -> None:
    walk = case_at("check_intake")
    step, sent = walk.case.steps.open().get(), Sent(uuid4(), {"amount": 5})
    extend(step, at=walk.now, sent=sent)
    with pytest.raises(AlreadyDone):
        extend(step, at=walk.now, sent=sent)
    with pytest.raises(RuleBroken, match="was extended before"):
        extend(step, "khanh", at=walk.now)
    assert ClockExtension.objects.count() == 1


@pytest.mark.usefixtures("extendable")
@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ({"paper_on": date(2027, 1, 1)}, "a day that has not come yet"),
        ({"paper_number": " "}, "Name the paper"),
        ({"reason": ""}, "Give the reasons"),
    ],
)
def test_without_reason_or_paper_nothing_is_extended(lacks: dict[str, Any], said: str) -> None:
    walk = case_at("check_intake")
    step = walk.case.steps.open().get()
    with pytest.raises(RuleBroken, match=said):
        services.extend_clock(step_id=step.pk, amount=5, **PAPER | lacks, by=people.user("thao"), at=walk.now)
    assert not ClockExtension.objects.exists()


@pytest.mark.usefixtures("extendable")
@pytest.mark.parametrize("key", ["minh", "quyen", "chau", "tai", "binh", "lan"])
def test_only_reviewers_and_leaders_of_the_agency_extend(key: str) -> None:
    walk = case_at("check_intake")
    with pytest.raises(NotYours):
        extend(walk.case.steps.open().get(), key, at=walk.now)


@pytest.mark.usefixtures("extendable")
def test_a_closed_step_is_not_extended() -> None:
    walk = case_at("draft_report")
    closed = walk.case.steps.get(name="check_intake")
    with pytest.raises(StepClosed):
        extend(closed, at=walk.now)


def test_extensions_are_never_changed() -> None:
    with pytest.raises(TypeError, match="only ever added"):
        ClockExtension.objects.update(amount=1)
    with pytest.raises(TypeError, match="only ever added"):
        ClockExtension.objects.all().delete()


@pytest.mark.usefixtures("extendable")
def test_the_form_extends_and_says_a_refusal_at_its_field(it_is: Callable[[datetime], None]) -> None:
    walk = case_at("check_intake")
    it_is(walk.now)
    step, client = walk.case.steps.open().get(), Client()
    client.force_login(people.user("thao"))
    client.cookies["django_language"] = "en"
    page = f"/steps/{step.pk}/extend/"
    day = f"{walk.now:%d/%m/%Y}"
    sent = {"key": str(uuid4()), "amount": "99", "reason": "R", "paper_number": "1", "paper_on": day}
    assert "one extension, no longer than the limit itself" in client.get(page).content.decode()
    refused = client.post(page, sent)
    assert refused.status_code == 422
    assert "at most 20 working days" in refused.content.decode()
    assert client.post(page, sent | {"amount": "5"})["Location"] == f"/cases/{walk.case.code}/"
    assert client.post(page, sent | {"amount": "5"}).status_code == 302
    assert ClockExtension.objects.count() == 1


# --- the time used --------------------------------------------------------------------------------
def test_the_case_shows_the_days_used_by_each_agency(it_is: Callable[[datetime], None]) -> None:
    walk = case_at("submit_file", at=moment("05/10/2026"))
    it_is(walk.now)
    page = page_of(walk, "lan")
    assert "Time used" in page
    assert f"from 05/10/2026 to today, {walk.now:%d/%m/%Y}" in page
    assert page.count("In all") == 1


def test_an_adopted_case_has_used_no_time(it_is: Callable[[datetime], None]) -> None:
    walk = cases.followed("submit_plan")
    it_is(walk.now)
    assert "From decision to operation: from 01/12/2025" in page_of(walk)

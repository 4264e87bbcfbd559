"""What a city may set about the limits of the law, and the sentence in which anything else is refused."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from law import policies, rules, rulesets
from law.exceptions import SettingRefused
from law.rules import Wanted
from law.states import ExtensionRule, SettingKind, SilenceRule
from tests.factories.standings import STANDINGS

TODAY = date(2026, 10, 5)
SHORTER = Wanted(
    kind=SettingKind.SHORTER_LIMIT,
    rule_set="R4",
    step="E40",
    amount=3,
    valid_from=date(2026, 10, 12),
    valid_to=None,
    paper_number="25/2026/QĐ-UBND",
    paper_on=date(2026, 10, 1),
    reason="Cải cách thủ tục",
)


def other(valid_from: date, last_on: date | None) -> Any:
    return SimpleNamespace(valid_from=valid_from, last_on=last_on, paper="7/QĐ-UBND (01/01/2026)")


def refusal(others: Iterable[Any] = (), **changed: Any) -> tuple[str, str]:
    """Return what is said, and at which field, of a setting that is good but for what is `changed`."""
    wanted = replace(SHORTER, **changed)
    row = rulesets.own_provision(wanted.rule_set, wanted.step)
    with pytest.raises(SettingRefused) as caught, override("en"):
        rules.check_setting(wanted, row, others, today=TODAY)
    return str(caught.value.message), caught.value.details["field"]


def check(others: Iterable[Any] = (), **changed: Any) -> None:
    wanted = replace(SHORTER, **changed)
    rules.check_setting(wanted, rulesets.own_provision(wanted.rule_set, wanted.step), others, today=TODAY)


@pytest.mark.parametrize("amount", [5, 6, 100])
def test_a_limit_that_is_not_shorter_is_refused_with_the_laws_number_and_both_articles(amount: int) -> None:
    assert refusal(amount=amount) == (
        "The law's own limit is 5 working days (Article 10, Decree 32/2024/NĐ-CP"
        " (as amended by Decree 303/2026/NĐ-CP))."
        " A city may only shorten it (Article 22, clause 2, Decree 139/2025/NĐ-CP).",
        "amount",
    )


@pytest.mark.parametrize("amount", [1, 4])
def test_a_shorter_limit_is_taken(amount: int) -> None:
    check(amount=amount)


@pytest.mark.parametrize("amount", [None, 0, -1])
def test_a_shorter_limit_needs_a_number(amount: int | None) -> None:
    assert refusal(amount=amount) == ("Give a whole number above zero.", "amount")


@pytest.mark.parametrize("kind", [kind for kind in SettingKind if kind != SettingKind.SHORTER_LIMIT])
def test_other_settings_have_no_number(kind: SettingKind) -> None:
    assert refusal(kind=kind, step="E50") == ("Only a shorter limit has a number.", "amount")
    check(kind=kind, step="E50", amount=None)


@pytest.mark.parametrize(("rule_set", "step"), [("R4", "E99"), ("R9", "E40"), ("R4", "P13")])
def test_an_unknown_step_is_refused(rule_set: str, step: str) -> None:
    assert refusal(rule_set=rule_set, step=step) == (f"{rule_set} has no step {step}.", "step")


@pytest.mark.parametrize(
    ("rule_set", "step", "why"),
    [
        ("R4", "E80", "no number in the law"),
        ("POST", "P30", "a minimum is no limit"),
        ("POST", "P75", "the article is not known"),
        ("R1b", "E-NOTE", "recalled only"),
    ],
)
def test_a_limit_that_binds_nobody_cannot_be_set(rule_set: str, step: str, why: str) -> None:
    told = refusal(rule_set=rule_set, step=step, amount=1)
    assert told == ("The law sets no limit that binds for this step.", "step"), why


def test_a_clock_that_never_stops_cannot_restart() -> None:
    said, field = refusal(kind=SettingKind.PAUSE_RESTARTS, amount=None)
    assert field == "kind"
    assert said.startswith("The law (Article 10, Decree 32/2024/NĐ-CP")
    assert said.endswith("does not let the clock of this step stop.")


@pytest.mark.parametrize(
    ("why", "first", "last"),
    [
        ("it has no end", date(2026, 1, 1), None),
        ("its last day is our first", date(2026, 1, 1), date(2026, 10, 12)),
        ("it begins on our last day", date(2026, 12, 31), None),
        ("it lies within", date(2026, 11, 1), date(2026, 11, 2)),
    ],
)
def test_a_setting_that_overlaps_another_is_refused(why: str, first: date, last: date | None) -> None:
    said, field = refusal([other(first, last)], valid_to=date(2026, 12, 31))
    assert field == "valid_from", why
    assert said == (
        "On some of these days another setting of this kind is in force for this step:"
        " 7/QĐ-UBND (01/01/2026)."
    )


def test_settings_that_follow_each_other_are_taken() -> None:
    before, after = other(date(2026, 1, 1), date(2026, 10, 11)), other(date(2027, 1, 1), None)
    never = other(date(2026, 11, 1), date(2026, 10, 31))
    check([before, after, never], valid_to=date(2026, 12, 31))


def test_days_and_paper_are_asked_for() -> None:
    assert refusal(valid_to=date(2026, 10, 11)) == ("The last day lies before the first one.", "valid_to")
    assert refusal(paper_number=" ") == ("Name the city's act by its number.", "paper_number")
    assert refusal(reason="") == ("Give the reasons.", "reason")
    assert refusal(paper_on=date(2026, 10, 6)) == (
        "The paper carries a day that has not come yet.",
        "paper_on",
    )


@pytest.mark.parametrize(
    ("last_on", "before", "said"),
    [
        (date(2026, 10, 4), None, "A setting cannot be ended for days that have passed:"),
        (date(2026, 10, 9), date(2026, 10, 9), "This setting ends on 09/10/2026 already."),
    ],
)
def test_an_end_is_refused(last_on: date, before: date | None, said: str) -> None:
    with pytest.raises(SettingRefused) as caught, override("en"):
        rules.check_end(last_on, valid_from=date(2026, 1, 1), before=before, today=TODAY)
    assert str(caught.value.message).startswith(said)


def test_a_setting_can_be_ended_on_the_day_before_it_begins_and_not_earlier() -> None:
    rules.check_end(date(2026, 10, 11), valid_from=date(2026, 10, 12), before=None, today=TODAY)
    with pytest.raises(SettingRefused), override("en"):
        rules.check_end(date(2026, 10, 10), valid_from=date(2026, 10, 12), before=None, today=TODAY)


@pytest.mark.parametrize("name", STANDINGS)
def test_only_the_departments_administrator_sets_and_its_leader_sees(name: str) -> None:
    who = STANDINGS[name]
    assert policies.may_set_locally(who) == (name == "department administrator")
    assert policies.may_see_settings(who) == (name in ("department administrator", "department leader"))


def test_the_law_itself_says_where_silence_consents_and_what_may_be_extended() -> None:
    rows = [row for own in rulesets.library().provisions.values() for row in own]
    assert [row.step for row in rows if row.silence == SilenceRule.CONSENT] == ["P52"]
    assert [row.step for row in rows if row.extension == ExtensionRule.ONCE_SAME] == [
        *("P42", "P42-A1", "P42-A", "P42-B1", "P42-C1", "P42-C", "P75"),
    ]

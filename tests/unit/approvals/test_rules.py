"""What is asked of papers and days: the sentence that a person reads."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from approvals import rules
from workflows.exceptions import RuleBroken

TODAY = date(2026, 10, 5)


def refusal(check: Callable[..., None], *args: Any, **facts: Any) -> str:
    with pytest.raises(RuleBroken) as caught:
        check(*args, **facts)
    return str(caught.value.message)


def test_a_paper_of_tomorrow_is_refused() -> None:
    told = refusal(rules.check_not_future, date(2026, 10, 6), today=TODAY)
    assert told == "The paper carries a day that has not come yet: 06/10/2026."
    rules.check_not_future(TODAY, today=TODAY)


def test_a_paper_older_than_what_it_answers_is_refused() -> None:
    told = refusal(rules.check_not_before, date(2026, 10, 4), earliest=TODAY)
    assert told == "The paper is dated 04/10/2026, before the step began on 05/10/2026."
    rules.check_not_before(TODAY, earliest=TODAY)


@pytest.mark.parametrize("day", [date(2026, 10, 4), TODAY])
def test_an_answer_is_asked_for_after_today(day: date) -> None:
    assert refusal(rules.check_answer_day, day, today=TODAY, due_on=None) == "Choose a day after today."


def test_an_answer_is_asked_for_within_the_appraisal() -> None:
    due = date(2026, 11, 13)
    told = refusal(rules.check_answer_day, date(2026, 11, 14), today=TODAY, due_on=due)
    assert told == "Choose a day after today and not after 13/11/2026, the last day of the appraisal."
    rules.check_answer_day(due, today=TODAY, due_on=due)


def test_a_late_appraisal_may_still_ask() -> None:
    for due in (TODAY, date(2026, 10, 1), None):
        rules.check_answer_day(date(2026, 10, 9), today=TODAY, due_on=due)


@pytest.mark.parametrize("nothing", ["", " ", "\n"])
def test_reasons_are_asked_for(nothing: str) -> None:
    assert refusal(rules.check_reasons, nothing) == "Give the reasons."
    rules.check_reasons("Not in the plan.")


def test_nobody_cannot_be_consulted() -> None:
    assert refusal(rules.check_consulted, 0) == "Choose at least one agency to consult."
    rules.check_consulted(1)

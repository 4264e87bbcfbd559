"""Which rule set a case is under where a clause leaves it open, and how a case is moved to another."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.states import AgencyKind
from law import transitions
from law.states import Applies
from law.transitions import Change
from records.clock import local_day
from records.exceptions import DomainError
from records.services import Sent
from workflows import clocks, messages, policies, rule_sets, rules, selectors
from workflows.exceptions import AlreadyChosen, NotYours, StepClosed
from workflows.models import (
    Case,
    Clock,
    RuleSetChoice,
    RuleSetQuestion,
)
from workflows.routing import agency_for
from workflows.services.acts import Act, act_on_case

logger = logging.getLogger(__name__)


def ask_rule_sets(*, at: datetime) -> int:
    """Ask the Department about each case whose clause leaves the rule set to an officer.

    Return how many were asked about. Each is asked about once for a change of law; until somebody chooses,
    a running case keeps the rule set that it has. An adopted one whose decision is known only by a span of
    days in which the law changed is asked about too.

    Source: Decree 32/2024/NĐ-CP, Art. 35(2), as amended (T-4), and the changes without a clause.
    """
    asked = 0
    for change in transitions.changes(by=local_day(at)):
        cases = list(rule_sets.unasked(change))
        for case_id, clause in rule_sets.clauses_of(cases, change).items() if cases else ():
            if clause and clause.applies == Applies.ASK:
                asked += _ask_rule_set(case_id, change, clause.clause, at=at)
    return asked


def _ask_rule_set(case_id: int, change: Change, clause: str, *, at: datetime) -> bool:
    pair = {"from_set": change.before.code, "to_set": change.after.code}
    try:
        with act_on_case("ask_rule_set", by=User.objects.system(), at=at, pk=case_id) as act:
            if not rule_sets.unasked(change).filter(pk=case_id).exists():
                raise StepClosed  # another run asked, or the case moved on, while this waited for it
            RuleSetQuestion.objects.create(case=act.case, clause=clause, asked_at=act.at, **pair)
            act.data = {"clause": clause, **pair}
            department = agency_for(AgencyKind.INDUSTRY_TRADE, act.case, on=act.on)
            act.messages.append(messages.about_rule_set_question(act.case, change, department))
    except StepClosed:
        return False
    except DomainError as error:
        logger.error("nobody can be asked about the rule set of case %s: %s", case_id, error)
        return False
    return True


def choose_rule_set(
    *,
    case_id: int,
    moves: bool,
    reason: str,
    paper_number: str = "",
    paper_on: date | None = None,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> RuleSetChoice:
    """Say once whether a case stays under its rule set or moves to the next, where no clause says it.

    Of an adopted case it says which of the two its decision was under; nothing is counted anew there.

    Raises:
        AlreadyChosen: nothing waits for a choice here any more; it names who chose what, and when.
        NotYours: `by` does not work on files in the Department; a move is for a reviewer or leader.
        RuleBroken: the reason is missing, or for a move its paper.

    Source: Decree 32/2024/NĐ-CP, Art. 35(2), as amended (T-4).
    """
    with act_on_case("choose_rule_set", by=by, at=at, sent=sent, pk=case_id) as act:
        if not policies.may_choose_rule_set(act.who):
            raise NotYours
        question = rule_sets.question_of(act.case)
        if question is None:
            raise AlreadyChosen(_last_choice(act.case))
        if moves and act.case.rule_set:
            return _move_to(act, question.to_set, reason, paper_number, paper_on, clause=question.clause)
        rules.check_reason(reason)
        if moves:
            rules.check_paper(paper_number, paper_on, today=act.on)
        return _pin(act, question, moves, reason, paper_number, paper_on)


def _pin(
    act: Act,
    question: RuleSetQuestion,
    moves: bool,
    reason: str,
    paper_number: str,
    paper_on: date | None,
) -> RuleSetChoice:
    """Record that the case stays, or which rule set its decision of an uncertain day was under."""
    act.case.rule_set = question.to_set if moves else question.from_set
    act.data = {"from": question.from_set, "to": act.case.rule_set, "reason": reason}
    act.data |= {"paper": paper_number, "paper_on": _iso(paper_on)} if moves else {}
    return RuleSetChoice.objects.create(
        case=act.case,
        from_set=question.from_set,
        to_set=question.to_set,
        moves=moves,
        clause=question.clause,
        reason=reason,
        paper_number=paper_number.strip() if moves else "",
        paper_on=paper_on if moves else None,
        chosen_by=act.by,
        chosen_at=act.at,
    )


def _last_choice(case: Case) -> str | None:
    choice = case.rule_set_choices.select_related("chosen_by").last()
    if choice is None:
        return _("Nothing is to be chosen for this case.")
    told = {
        "who": choice.chosen_by,
        "code": choice.to_set if choice.moves else choice.from_set,
        "when": timezone.localtime(choice.chosen_at).strftime("%d/%m/%Y %H:%M"),
    }
    return _("%(who)s chose %(code)s on %(when)s. Nothing was changed by you.") % told


def move_to_rule_set(
    *,
    case_id: int,
    rule_set: str,
    reason: str,
    paper_number: str,
    paper_on: date | None,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> RuleSetChoice:
    """Move an open proposal to another rule set, by a paper; its running clock begins anew under that one.

    The open clock is closed in history, as it was counted. Its limit begins again under the new rule set
    from the same trigger day, with the same pauses. Where no clock ran, it is counted from the day on which
    the open step began. Where the new rule set has no such limit that binds, the step has no due day. Days
    that no rule set counts (an opinion's) stay, and so does the day that was printed on the receipt.

    Raises:
        NotYours: `by` is no reviewer or leader of the Department.
        RuleBroken: reason or paper are missing, or the law keeps the case where it is.
        CalendarMissing: the new limit reaches a year without a calendar.
        KeyError: there is no such rule set.
    """
    with act_on_case("move_to_rule_set", by=by, at=at, sent=sent, pk=case_id) as act:
        return _move_to(act, rule_set, reason, paper_number, paper_on, clause="")


def _move_to(
    act: Act, code: str, reason: str, paper_number: str, paper_on: date | None, *, clause: str
) -> RuleSetChoice:
    if not policies.may_move_rule_set(act.who):
        raise NotYours(_("Only a reviewer or leader of the Department moves a case to another rule set."))
    case, before = act.case, act.case.rule_set
    rules.check_rule_set(
        state=case.state,
        before=before,
        after=code,
        today=act.on,
        against=rule_sets.clause_against(case, code),
    )
    rules.check_reason(reason)
    rules.check_paper(paper_number, paper_on, today=act.on)
    case.rule_set = code
    due = _count_anew(act)
    act.data = {"from": before, "to": code, "reason": reason, "paper": paper_number}
    act.data |= {"paper_on": _iso(paper_on), "due": due}
    return RuleSetChoice.objects.create(
        case=case,
        from_set=before,
        to_set=code,
        moves=True,
        clause=clause,
        reason=reason,
        paper_number=paper_number.strip(),
        paper_on=paper_on,
        chosen_by=act.by,
        chosen_at=act.at,
    )


def _count_anew(act: Act) -> list[dict[str, Any]]:
    """Put the open steps under clocks of the case's new rule set, tell all concerned, and return the days."""
    renewed: dict[int, Clock | None] = {}
    due = []
    for step in selectors.open_steps(act.case):
        before, limit = step.due_on, step.flow_task.limit
        if clock := step.clock:
            if clock.pk not in renewed:
                renewed[clock.pk] = clocks.begin_again(clock, act.case, on=act.on)
            step.clock = renewed[clock.pk]
        elif limit:
            step.clock = clocks.begin(act.case, limit, trigger_on=local_day(step.began_at))
        if limit:
            step.due_on = step.clock.due_on if step.clock else None
        step.save(update_fields=["clock", "due_on"])
        if limit or step.flow_task.stops_clock:  # an opinion's day was no law's and stays
            due.append({"step": step.pk, "from": _iso(before), "to": _iso(step.due_on)})
            act.messages += messages.about_rule_set_move(act.case, step, before=before)
    return due


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

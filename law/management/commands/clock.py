"""Count a time limit of the law, and tell day by day why the due day is the one it is."""

import json
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from law import calendars, rulesets, selectors
from law.calendars import Calendar
from law.clock import Deadline, Extension, Pause, due
from law.exceptions import CalendarMissing, ClockNeverStops
from law.loader import AFTER_DECISION
from law.rows import Provision, RuleSet
from law.states import Bound, PauseEffect


def a_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.isoformat() != text:  # the library reads 20260105 and 2026-W02-1 as well
        raise ArgumentTypeError(f"{text!r} is no day written YYYY-MM-DD")
    return day


def a_pause(text: str) -> Pause:
    first, separator, last = text.partition("..")
    if not separator:
        raise ArgumentTypeError(f"{text!r} is not written YYYY-MM-DD..YYYY-MM-DD")
    try:
        return Pause(a_day(first), a_day(last))
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def an_extension(text: str) -> Extension:
    amount, _, rest = text.partition(":")
    reason, _, paper = (part.strip() for part in rest.partition(":"))
    if not (reason and paper):
        raise ArgumentTypeError(f"{text!r} is not written N:REASON:PAPER")
    if not (amount.isascii() and amount.isdigit() and 0 < len(amount) < 5 and int(amount)):
        raise ArgumentTypeError(f"{amount!r} is no number from 1 to 9999")
    return Extension(amount=int(amount), granted_on=None, reason=reason, paper=paper)


@dataclass(frozen=True)
class Unlimited:
    """A step without a due day: why, and by which row of the law, as far as there is one."""

    reason: str
    row: Provision | RuleSet
    grade: str | None


class Command(BaseCommand):
    help = (
        "Tell the last day on which a step of a procedure is in time, with every day of the count. A step "
        "without a limit that binds has no due day, and the reason is told. It needs no database: without "
        "a calendar there, the one that ships is used."
    )
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Without the usage before it, a refusal is one line.
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        rules = [*rulesets.library().rule_sets, AFTER_DECISION]
        effects = [effect.value for effect in PauseEffect]
        add = parser.add_argument
        add("--rules", choices=rules, help="the rule set; not needed for a step after the decision")
        add("--step", required=True, help="the step, such as E50")
        add("--from", required=True, type=a_day, dest="trigger_on", help="the day of the event")
        add("--pause", action="append", type=a_pause, default=[], metavar="A..B", help="both included")
        add("--calendar-as-of", type=a_day, metavar="DATE", help="count with what was known on that day")
        add("--first-day", choices=["counted", "not-counted"], default="not-counted")
        add("--pause-rule", choices=effects, default=PauseEffect.CONTINUES.value)
        add("--extend", action="append", type=an_extension, default=[], metavar="N:REASON:PAPER")
        add("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        row = find(options["rules"], options["step"])
        unlimited = row if isinstance(row, Unlimited) else why_unlimited(row, options["trigger_on"])
        if unlimited:
            told = unlimited_as_json(unlimited)
        else:
            assert isinstance(row, Provision)
            calendar, name = known_calendar(options["calendar_as_of"])
            told = as_json(count(row, calendar, options)) | {"calendar": name}
        lines = [json.dumps(told, ensure_ascii=False, indent=1)] if options["json"] else as_table(told)
        for line in lines:
            self.stdout.write(line)


def find(code: str | None, step: str) -> Provision | Unlimited:
    """Return the row of the law; refuse a step that is none."""
    library = rulesets.library()
    try:
        return rulesets.provision(code or "", step)
    except KeyError:
        if not code:
            raise refused("--rules", f"is needed for the step {step}") from None
    own = library.provisions.get(code, {})
    if step in {name for rows in library.provisions.values() for name in rows}:
        if not own:
            return Unlimited("The steps of this rule set were not obtained.", library.rule_sets[code], None)
        if not any(row.binds for row in own.values()):
            row = next(iter(own.values()))
            return Unlimited(not_confirmed(row), row, row.grade.value)
    known = ", ".join({**own, **library.provisions[AFTER_DECISION]})
    raise refused("--step", f"{step!r} is no step of {code}, which has {known}")


def why_unlimited(row: Provision, trigger_on: date) -> Unlimited | None:
    """Return why the step has no due day; None where it has one."""
    reason = ""
    if not row.grade.binds:
        reason = not_confirmed(row)
    elif row.amount is None:
        reason = "The law sets no limit for this step" + (
            f" beyond that of {row.within}." if row.within else "."
        )
    elif row.bound != Bound.AT_MOST:
        reason = "The number is a minimum, so it sets no last day."
    elif not row.binds:
        reason = "The article of the limit is not known, so it binds nobody."
    elif not row.covers(trigger_on):
        reason = f"The limit holds {in_force(row)}, not on {trigger_on}."
    return Unlimited(reason, row, row.grade.value) if reason else None


def in_force(row: Provision) -> str:
    first, last = row.valid_from and f"from {row.valid_from}", row.valid_to and f"to {row.valid_to}"
    return " ".join(part for part in (first, last) if part)


def not_confirmed(row: Provision) -> str:
    return f"The numbers of this step are not confirmed ({row.grade.value}), so they bind nobody."


def known_calendar(as_of: date | None) -> tuple[Calendar, str]:
    """Return the newest calendar of the database, else the one that ships, and which it is."""
    try:
        calendar = selectors.calendar()
    except DatabaseError:  # no tables yet, or no database
        calendar = Calendar(0, {})
    name = f"version {calendar.version}"
    if not calendar.entries:
        calendar, name = Calendar(0, calendars.read(calendars.DEFAULT_FILE)), calendars.DEFAULT_FILE.name
    return (calendar.as_of(as_of) if as_of else calendar), name


def count(row: Provision, calendar: Calendar, options: dict[str, Any]) -> Deadline:
    try:
        return due(
            row,
            trigger_on=options["trigger_on"],
            calendar=calendar,
            pauses=options["pause"],
            first_day_counted=options["first_day"] == "counted",
            pause_effect=PauseEffect(options["pause_rule"]),
            extensions=options["extend"],
        )
    except ClockNeverStops:
        raise refused("--pause", f"the law does not let the clock of {row.step} stop") from None
    except CalendarMissing as missing:
        raise refused("--from", f"the count reaches {missing.year}, whose days off are not known") from None


def refused(argument: str, reason: str) -> CommandError:
    return CommandError(f"argument {argument}: {reason}", returncode=2)


def as_json(deadline: Deadline) -> dict[str, Any]:
    row, other = deadline.provision, deadline.alternative
    return {
        "due_on": str(deadline.due_on),
        "ledger": [span.as_json() for span in deadline.spans],
        "firm": deadline.firm,
        "article": row.citation_shown,
        "grade": row.grade.value,
        "awaits_gazette": row.awaits_gazette,
        "alternative": other and str(other),
    }


def unlimited_as_json(step: Unlimited) -> dict[str, Any]:
    return {
        "due_on": None,
        "ledger": [],
        "firm": False,
        "article": step.row.citation_shown,
        "grade": step.grade,
        "reason": step.reason,
    }


def as_table(told: dict[str, Any]) -> Iterator[str]:
    for span in told["ledger"]:
        counted = "counted" if span["counted"] else "–"
        yield f"{span['from']} – {span['to']}  {counted:<8} {span['kind']:<13} {span['basis']}"
    basis = ", ".join(part for part in (told["article"], told["grade"]) if part)
    if "reason" in told:
        yield f"No due day. {told['reason']} ({basis})"
        return
    yield f"Due on {told['due_on']}{'' if told['firm'] else ', not firm'} ({basis})"
    if told["alternative"]:
        yield f"It would be {told['alternative']} if the days announced and not confirmed were off."

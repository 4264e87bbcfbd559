"""Print what the law says on a day, and which running cases a change of it touches."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from accounts.models import User
from accounts.selectors import standing
from law import register, rulesets, transitions
from law.transitions import Change
from records import clock
from records.clock import local_day
from workflows.rule_sets import Touched, touched


class Command(BaseCommand):
    help = "Show the rules in force on a day, or the running cases that a new rule set touches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        show = acts.add_parser("show", help="the rule set in force on a day, with all its rows")
        show.add_argument("--on", default="", help="YYYY-MM-DD; today, if it is not given")
        impact = acts.add_parser("impact", help="the running cases that a change of rule sets touches")
        impact.add_argument("--from", dest="before", required=True, help="the rule set that ended, as R3")
        impact.add_argument("--to", dest="after", required=True, help="the one that followed, as R4")
        for one in (show, impact):
            one.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "show":
            answer = register.as_json(_day(options["on"]) if options["on"] else local_day(clock.now()))
            lines = _show_lines(answer)
        else:
            answer = _impact(_change(options["before"], options["after"]), local_day(clock.now()))
            lines = _impact_lines(answer)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        for line in lines:
            self.stdout.write(line)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is not a day written YYYY-MM-DD", returncode=2) from None


def _change(before: str, after: str) -> Change:
    codes = rulesets.library().rule_sets
    for code in (before, after):
        if code not in codes:
            raise CommandError(f"{code!r} is no rule set; there are {', '.join(codes)}", returncode=2)
    change = transitions.change_from(before)
    if change is None or change.after.code != after:
        raise CommandError(f"{after} does not follow {before}", returncode=2)
    return change


def _impact(change: Change, today: date) -> dict[str, Any]:
    rows = touched(change, standing(User.objects.system(), on=today))
    return {
        "from": change.before.code,
        "to": change.after.code,
        "on": change.day.isoformat(),
        "must_choose": sum(row.must_choose for row in rows),
        "files": [_file(row) for row in rows],
    }


def _file(row: Touched) -> dict[str, Any]:
    clause, choice = row.clause, row.choice
    chosen = (
        {
            "rule_set": choice.to_set if choice.moves else choice.from_set,
            "by": choice.chosen_by.full_name,
            "on": local_day(choice.chosen_at).isoformat(),
            "reason": choice.reason,
            "paper": choice.paper_number,
        }
        if choice
        else None
    )
    with override("en"):
        return {
            "code": row.case.code,
            "cluster": row.case.cluster.name,
            "stage": row.case.state,
            "rule_set": row.case.rule_set,
            "situation": clause.situation.value,
            "clause": clause.clause or None,
            "applies": clause.applies.value,
            "follows": str(clause.applies.label),
            "must_choose": row.must_choose,
            "who_chooses": "Department of Industry and Trade" if row.must_choose else None,
            "chosen": chosen,
            "citation": clause.citation,
            "amended_by": clause.amended_by,
            "article": clause.citation_text,
            "grade": clause.grade.value,
            "grade_note": clause.grade_note,
        }


def _impact_lines(answer: dict[str, Any]) -> Iterator[str]:
    yield f"{answer['from']} -> {answer['to']} on {answer['on']}: {len(answer['files'])} running case(s)"
    for row in answer["files"]:
        clause = row["clause"] or "no clause"
        yield f"{row['code']}  {row['rule_set']}  {clause}  {row['follows']}  {row['cluster']}"


def _show_lines(answer: dict[str, Any]) -> Iterator[str]:
    for key, value in answer.items():
        yield f"{key}: {len(value)} row(s)" if isinstance(value, list) else f"{key}: {value}"

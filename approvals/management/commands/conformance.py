"""Replay the log of a case against its procedure, and tell where it departs from it."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from approvals.conformance import Deviation, conforms, nothing_found, replay
from approvals.log_reader import every_log, log_of
from approvals.logs import Log
from law.calendars import Calendar
from law.selectors import calendar
from records import clock
from records.clock import local_day
from workflows.models import Case


class Command(BaseCommand):
    help = "Replay the log of a case against its procedure; each deviation has its article."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?", default="", help="the code of a case, or of its dossier")
        parser.add_argument("--all", action="store_true", help="every case, one after the other")
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object on a line for each case"
        )

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        if bool(code) == options["all"]:
            raise CommandError("Name one case by its code, or all with --all.", returncode=2)
        today, days = local_day(clock.now()), calendar()
        for log in every_log(Case.objects.all()) if options["all"] else [log_of(_case(code))]:
            self._tell(log, today, days, as_json=options["json"])

    def _tell(self, log: Log, today: date, days: Calendar, *, as_json: bool) -> None:
        found = replay(log, today=today, calendar=days)
        if as_json:
            self.stdout.write(json.dumps(as_values(log, found), ensure_ascii=False))
            return
        procedures = "; ".join(str(run.procedure.label) for run in log.runs)
        self.stdout.write(" · ".join(part for part in (log.code, log.rule_set, procedures) if part))
        for deviation in found:
            self.stdout.write(f"  {deviation.on:%d/%m/%Y}  {deviation.title}: {deviation.says}")
            basis = [
                deviation.kind.label,
                deviation.severity.label,
                deviation.article or _("no article is known"),
            ]
            if deviation.basis and deviation.basis.awaits_gazette:
                basis.append(_("not yet compared with the gazette"))
            self.stdout.write(f"{'':14}{' · '.join(map(str, basis))}")
        if not found:
            self.stdout.write(f"  {nothing_found(log)}")


def _case(code: str) -> Case:
    case = Case.objects.filter(Q(code=code) | Q(dossiers__code=code)).distinct().first()
    if case is None:
        raise CommandError(f"There is no case and no dossier with the code {code}.", returncode=2)
    return case


def as_values(log: Log, found: list[Deviation]) -> dict[str, Any]:
    """Return what the replay found as plain values; `conforms` is null where there was nothing to replay."""
    return {
        "code": log.code,
        "rule_set": log.rule_set,
        "procedures": [run.procedure.value for run in log.runs],
        "steps_replayed": log.steps,
        "conforms": conforms(log, found),
        "findings": [
            {
                "kind": deviation.kind.value,
                "step": deviation.step,
                "on": deviation.on.isoformat(),
                "says": deviation.says,
                "article": deviation.article,
                "grade": deviation.grade.value,
                "severity": deviation.severity.value,
            }
            for deviation in found
        ],
    }

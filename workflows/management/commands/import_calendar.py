"""Load days off from a file (by default the program's own), and let the open deadlines follow."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Agency
from law import calendars
from law.exceptions import LawDataError
from law.selectors import calendar
from law.services import CalendarLoad, load_calendar, preview
from records import clock
from workflows import recounts, services
from workflows.messages import concerned
from workflows.recounts import Move


class Command(BaseCommand):
    help = "Add days off and make-up working days from a CSV file. A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=calendars.DEFAULT_FILE)
        parser.add_argument(
            "--dry-run", action="store_true", help="list the deadlines that would move, and change nothing"
        )

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self._preview(file)
        else:
            self._import(file)

    def _preview(self, file: Path) -> None:
        with _one_line_for_bad_input():
            load, days = preview(file)
        self._say_loaded(file, load)
        scans = list(recounts.scan(days))
        moves = [move for scan in scans for move in scan.moves]
        for move in moves:
            self._say_move(move)
        self._say_total(moves, "would move", uncounted=sum(len(scan.uncounted) for scan in scans))
        self.stdout.write("Nothing was changed.")

    def _import(self, file: Path) -> None:
        at = clock.now()
        with _one_line_for_bad_input():
            load = load_calendar(file, at=at)
        self._say_loaded(file, load)
        moves: list[Move] = []

        def tell(move: Move) -> None:
            moves.append(move)
            self._say_move(move)

        services.follow_calendar(at=at, tell=tell)
        self._say_total(moves, "moved", uncounted=recounts.stale(calendar()).count())

    def _say_loaded(self, file: Path, load: CalendarLoad) -> None:
        if load.changed:
            self.stdout.write(
                f"Calendar version {load.version}: {len(load.changed)} day(s) added or changed."
            )
        else:
            self.stdout.write(f"{file.name} says nothing new; calendar version {load.version} holds.")

    def _say_move(self, move: Move) -> None:
        case, step = move.clock.case, move.holder
        day = f"{move.was_on:%d/%m/%Y} → {move.due_on:%d/%m/%Y}"
        sure = "" if move.firm else ", expected"
        told = Agency.objects.in_bulk(concerned(case, [move])) if move.is_to_another_day else {}
        names = f" (told: {', '.join(agency.name for agency in told.values())})" if told else ""
        self.stdout.write(f"  {case.code}  {step.name if step else move.clock.limit}  {day}{sure}{names}")

    def _say_total(self, moves: list[Move], verb: str, *, uncounted: int) -> None:
        moved = sum(move.is_to_another_day for move in moves)
        if moves or uncounted:
            surer = len(moves) - moved
            self.stdout.write(
                f"Open deadlines: {moved} {verb}, {surer} on the same day, more or less certain."
            )
        if uncounted:
            self.stdout.write(f"{uncounted} reach a year without calendar and stay as they were.")


@contextmanager
def _one_line_for_bad_input() -> Iterator[None]:
    try:
        yield
    except (LawDataError, OSError, UnicodeDecodeError) as error:
        raise CommandError(f"Nothing was loaded. {error}", returncode=2) from error

"""Record the agencies of a city and their successions from CSV files, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import agency_file, services
from accounts.exceptions import AgencyFileError
from accounts.models import User
from records import clock


class Command(BaseCommand):
    help = (
        "Record agencies, and who took over from whom, from CSV files (default: Hanoi's)."
        " A second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=agency_file.HANOI)
        parser.add_argument("--successions", type=Path, help="default: Hanoi's, with Hanoi's agencies")

    def handle(self, *args: Any, file: Path, successions: Path | None, **options: Any) -> None:
        if successions is None and file == agency_file.HANOI:
            successions = agency_file.HANOI_SUCCESSIONS
        with transaction.atomic():
            self._record_agencies(file)
            if successions:
                self._record_successions(successions)

    def _record_agencies(self, file: Path) -> None:
        try:
            rows = agency_file.read(file)
        except AgencyFileError as error:
            raise CommandError(f"{file}: {error}. Nothing was recorded.") from error
        results = services.record_agencies(rows, by=User.objects.system(), at=clock.now())
        created = sum(result.created for result in results)
        changed = sum(result.changed for result in results)
        unchanged = len(results) - created - changed
        self.stdout.write(
            f"{len(results)} agencies: {created} created, {changed} changed, {unchanged} unchanged."
        )

    def _record_successions(self, file: Path) -> None:
        try:
            rows = agency_file.read_successions(file)
            recorded = services.record_successions(rows, by=User.objects.system(), at=clock.now())
        except AgencyFileError as error:
            raise CommandError(f"{file}: {error}. Nothing was recorded.") from error
        self.stdout.write(f"{len(rows)} successions: {recorded} recorded, {len(rows) - recorded} unchanged.")

"""Record the agencies of a city from a CSV file, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import agency_file, services
from accounts.exceptions import AgencyFileError
from accounts.models import User
from records import clock


class Command(BaseCommand):
    help = "Record agencies from a CSV file (default: Hanoi's). A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=agency_file.HANOI)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
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

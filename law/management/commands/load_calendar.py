"""Load days off from a file; without a name, from the one that comes with the program."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from law import calendars
from law.exceptions import LawDataError
from law.services import load_calendar
from records import clock


class Command(BaseCommand):
    help = "Add days off and make-up working days from a CSV file. A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=calendars.DEFAULT_FILE)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            load = load_calendar(path, at=clock.now())
        except (LawDataError, OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        if not load.changed:
            self.stdout.write(f"{path.name} says nothing new; calendar version {load.version} holds.")
            return
        self.stdout.write(f"Calendar version {load.version}: {len(load.changed)} day(s) added or changed.")

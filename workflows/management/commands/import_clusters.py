"""Read clusters from a CSV file into the register and adopt their cases: all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from clusters import register_file
from clusters import services as register
from clusters.exceptions import RegisterFileError
from records import clock
from workflows import services

TELL_EVERY = 500


class Command(BaseCommand):
    help = "Import clusters from a CSV file (default: Hanoi's register). A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=register_file.HANOI_FILE)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            rows = register_file.read(file, progress=self._tell_read)
        except (RegisterFileError, OSError) as error:
            raise CommandError(f"{file}: {error} Nothing was changed.") from error
        at, by = clock.now(), User.objects.system()
        with transaction.atomic():
            results = register.import_rows(rows, at=at, progress=self._tell("written"))
            adopted = services.adopt_all(results, by=by, at=at, progress=self._tell("adopted"))
        created = sum(result.created for result in results)
        changed = sum(result.changed for result in results)
        self.stdout.write(
            f"{len(results)} clusters: {created} new, {changed} changed,"
            f" {len(results) - created - changed} as before; {adopted} cases adopted."
        )

    def _tell_read(self, done: int) -> None:
        if done % TELL_EVERY == 0:
            self.stdout.write(f"  read: {done}")

    def _tell(self, verb: str) -> register.Progress:
        def tell(done: int, total: int) -> None:
            if total > TELL_EVERY and (done % TELL_EVERY == 0 or done == total):
                self.stdout.write(f"  {verb}: {done}/{total}")

        return tell

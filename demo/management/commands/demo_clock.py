"""Show the demo's clock, or move it ahead."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import clock


def duration(text: str) -> timedelta:
    """Read `+15d` or `+6h`."""
    found = re.fullmatch(r"\+(\d{1,4})([dh])", text)
    if not found:
        raise ArgumentTypeError("write +15d for days, +6h for hours")
    amount = int(found[1])
    return timedelta(days=amount) if found[2] == "d" else timedelta(hours=amount)


class Command(BaseCommand):
    help = "Show the demo's clock; with +15d or +6h, move it ahead. It never goes back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("by", nargs="?", type=duration)

    def handle(self, *args: Any, by: timedelta | None, **options: Any) -> None:
        if by is not None:
            try:
                clock.move(by)
            except ValueError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{timezone.localtime(clock.moved_time()):%d/%m/%Y %H:%M}")

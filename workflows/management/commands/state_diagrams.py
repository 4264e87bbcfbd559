"""Draw the state machines and procedures, or check that the drawings are up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.diagrams import pages


class Command(BaseCommand):
    help = "Write docs/reference/state-machines.md and procedures.md from the code; --check compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail where a page differs")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        for path, text in pages().items():
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(f"{path.name} is not up to date: run `manage.py state_diagrams`.")

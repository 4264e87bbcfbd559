"""Write `docs/law.md` from the data files of the law."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from law import page, rulesets


class Command(BaseCommand):
    help = "Write docs/law.md from law/data; with --check only tell whether it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail if out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "law.md"
        text = page.render(rulesets.library())
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError("docs/law.md is out of date: run manage.py law_doc")

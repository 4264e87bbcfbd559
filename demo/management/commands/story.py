"""Walk a story and tell it: who did what when, and what the law promised next; or tell a real one."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from demo import histories, loading, stories
from records import clock


class Command(BaseCommand):
    help = (
        "Walk a made-up proposal through the procedure: "
        + ", ".join(stories.STORIES)
        + "; or tell of a real cluster: "
        + ", ".join(stories.HISTORIES)
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=[*stories.STORIES, *stories.HISTORIES])
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        at = clock.now()
        if name in stories.HISTORIES:
            self._tell(histories.tell(stories.HISTORIES[name], at=at), as_json=options["json"])
            return
        call_command("import_calendar", stdout=self.stderr)
        loading.settle(at=at)
        title = f"Cụm minh hoạ {name} {at:%d%m%H%M%S%f}"
        start_on = loading.first_day(name, at=at)
        walked = stories.walk(name, title=title, start_on=start_on, end=at)
        if options["json"]:
            self.stdout.write(json.dumps(stories.as_json(walked), ensure_ascii=False, indent=1))
            return
        for event in walked.events:
            self.stdout.write(f"{event.at}  {event.act:<18} {event.by}, {event.agency}")
            if event.next_step:
                due = f", due {event.due_on}" if event.due_on else ", no legal time limit"
                basis = f" ({event.article})" if event.article else ""
                self.stdout.write(f"{'':18}→ {event.next_step} at {event.next_agency}{due}{basis}")
        self.stdout.write(f"{walked.case.code}: {walked.case.state}")

    def _tell(self, told: histories.History, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(histories.as_json(told), ensure_ascii=False, indent=1))
            return
        for line in histories.lines(told):
            self.stdout.write(line)

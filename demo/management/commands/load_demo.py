"""Load the demo: calendar, agencies, register, people, stories. A second run changes nothing."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from demo import boundaries, loading
from records import clock
from records.clock import database_time


class Command(BaseCommand):
    help = "Load Hanoi's register, the demo's people and a few dozen made-up cases."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("import_calendar", stdout=self.stdout)
        at = clock.now()
        loading.settle(at=at)
        call_command("import_clusters", stdout=self.stdout)
        number = loading.walk_all(at=at, tell=lambda word: self.stdout.write(f"  made-up cases: {word}"))
        boundaries.draw_all(at=at)
        if not number:
            self.stdout.write("The made-up cases are there already.")
            return
        told = loading.tell_everybody(at=database_time())
        self.stdout.write(f"{number} made-up cases, {told} messages delivered.")

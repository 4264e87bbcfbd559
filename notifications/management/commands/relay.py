"""Run the relay: wake workers for every message that is owed."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from notifications.relay import Relay


class Command(BaseCommand):
    help = "Wake workers for every message that is owed, until SIGTERM or Ctrl-C. Several may run."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("relay: started")
        self.stdout.flush()
        Relay(stop).run()
        self.stdout.write("relay: stopped")

"""Check every registered invariant; stop at the first break."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from records.invariants import all_invariants


class Command(BaseCommand):
    help = "Check that the records agree with each other. Exits non-zero on the first break."

    def handle(self, *args: Any, **options: Any) -> None:
        for invariant in all_invariants():
            for break_ in invariant.check():
                raise CommandError(f"{invariant.name} broken ({invariant.states}): {break_}")
            self.stdout.write(f"{invariant.name} holds: {invariant.states}")

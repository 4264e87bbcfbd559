"""Print who can sign in to the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from demo.people import PASSWORD, PEOPLE, agency_of


class Command(BaseCommand):
    help = "Print the demo's people: role, name, e-mail, what to try. One password for all."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [
            (person.full_name, person.email, str(agency_of(person)), str(person.role.label), str(person.task))
            for person in PEOPLE
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.stdout.write("  ".join([*cells, row[4]]))
        self.stdout.write(f"Password of all: {PASSWORD}")

"""Enter people, and cases that wait before a step; run as a program in a city's environment.

python seed.py '{"submit_file": 20}'    prints, as JSON, what the people at work need to know
"""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from accounts.models import User  # noqa: E402
from demo import loading, people, stories  # noqa: E402
from law.clock import add_working_days  # noqa: E402
from law.selectors import calendar  # noqa: E402
from records import clock  # noqa: E402
from tests.factories import cases  # noqa: E402
from workflows.models import Step  # noqa: E402
from workflows.services import remind  # noqa: E402

WANTED: dict[str, int] = json.loads(sys.argv[1])
# The people of the procedure work in one commune, and the race is run in another.
COMMUNES = {"submit_file": "binh", "give_notice": "dao"}
DAYS_AGO = 14  # working days: the window of a new proposal has passed


def main() -> None:
    at = clock.now()
    call_command("import_calendar", stdout=sys.stderr)
    loading.settle(at=at)
    second = _colleague()  # before anything is promised to the office
    start_on = loading.days_before(at, DAYS_AGO)
    for until, count in WANTED.items():
        for number in range(count):
            title = f"Cụm thử {until} {number:04d}"
            how = {"until": until, "commune": COMMUNES[until]}
            stories.walk("single", title=title, start_on=start_on, end=at, **how)
    remind(at=at)  # what the beat would owe as soon as it runs
    loading.tell_everybody(at=clock.database_time())
    told = {
        "steps": {until: _waiting(until) for until in WANTED},
        "agencies": [people.agency_of(people.person(key)).pk for key in ("tai", "xuan")],
        "answer_by": f"{add_working_days(clock.local_day(at), 1, calendar()):%d/%m/%Y}",
        "colleague": {"email": second.email, "full_name": second.full_name},
    }
    print(json.dumps(told))  # noqa: T201


def _waiting(until: str) -> list[int]:
    return list(Step.objects.open().filter(name=until).order_by("pk").values_list("pk", flat=True))


def _colleague() -> User:
    """Enter a second officer of the commune in which the race is run."""
    return cases.colleague("dao", "Đoàn Thị Ngọc")


if __name__ == "__main__":
    main()

"""Filling the demo: agencies and people, the register, and a few dozen made-up cases in every state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts import agency_file
from accounts import services as accounts
from accounts.models import User
from clusters.models import Cluster
from demo import people, stories
from law.clock import add_working_days
from law.selectors import calendar
from notifications import delivery
from notifications.models import Notification, OutboxRow
from records.clock import local_day

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Planned:
    """A made-up case: its story, how many working days ago it began, and how its people behave.

    Without a number of days the story begins on its own first day.
    """

    story: str
    days_ago: int
    how: dict[str, Any] = field(default_factory=dict)


COMMUNES = ("binh", "dao", "giang", "thach")
INVESTORS = ("lan", "hung")
# Steps before which a case is held, one case each, so that every state of the procedure can be seen.
HELD = (
    ("give_notice", 1),
    ("receive_files", 4),
    ("submit_file", 10),
    ("check_intake", 12),
    ("plan_consultation", 13),
    ("give_opinion", 15),
    ("draft_report", 20),
    ("review_report", 21),
    ("decide", 22),
    ("send_copy", 24),
)
# The same after the decision: there the days are long, and the land longest.
HELD_AFTER = (
    ("approve_plan", 45),
    ("request_licence", 64),
    ("issue_licence", 74),
    ("clear_land", 130),
    ("lease_land", 205),
    ("request_permit", 230),
    ("issue_permit", 242),
    ("break_ground", 250),
    ("build", 280),
    ("try_wastewater", 312),
    ("accept_wastewater", 320),
    ("accept_works", 325),
    ("adopt_regulation", 328),
    ("open_operation", 330),
)


def plan() -> Iterator[Planned]:
    """Yield the made-up cases of the demo."""
    for n, (step, days_ago) in enumerate(HELD * 2):
        how = {"until": step, "commune": COMMUNES[n % 4], "investor": INVESTORS[n // len(HELD)]}
        yield Planned("single", days_ago, how)
    # Two that are overdue: a notice that nobody gave, a decision that nobody took.
    yield Planned("single", 9, {"until": "give_notice", "commune": "dao"})
    yield Planned("single", 33, {"until": "decide", "commune": "giang"})
    for n, story in enumerate(("supplement", "rejection", "withdrawal", "single")):
        yield Planned(
            story, stories.LENGTH[story] + n, {"commune": COMMUNES[n], "investor": INVESTORS[n % 2]}
        )
    yield Planned("supplement", 13, {"until": "supplement", "commune": "binh"})
    yield Planned("supplement", 14, {"until": "supplement", "commune": "thach", "investor": "hung"})
    yield Planned("expansion", stories.LENGTH["expansion"] + 2, {"commune": "giang"})
    yield Planned("expansion", 21, {"commune": "binh", "investor": "hung", "until": "review_report"})
    yield Planned("single", 40, {"commune": "binh"})
    yield Planned("r3", 0, {"commune": "thach"})
    yield Planned("r3", 0, {"commune": "giang", "investor": "hung", "until": "draft_report"})
    yield Planned("withdrawal", 30, {"commune": "dao", "investor": "hung"})
    for n, (step, days_ago) in enumerate(HELD_AFTER):
        yield Planned("operation", days_ago, {"until": step, "commune": COMMUNES[n % 4]})
    yield Planned("operation", 0, {"commune": "thach", "investor": "hung"})
    yield Planned("succession", 0)
    # One whose land still lies at a district: an officer has to say which commune took over.
    yield Planned("succession", 0, {"until": "choose_successor", "investor": "hung"})


def settle(*, at: datetime) -> None:
    """Enter Hanoi's agencies with their successions, and the demo's people."""
    system = User.objects.system()
    accounts.record_agencies(agency_file.read(agency_file.HANOI), by=system, at=at)
    accounts.record_successions(agency_file.read_successions(agency_file.HANOI_SUCCESSIONS), by=system, at=at)
    people.settle(at=at)


def walk_all(*, at: datetime, tell: Tell) -> int:
    """Walk every planned story up to `at` that was not walked before; return how many were."""
    titles = {f"Cụm minh hoạ {number:02d}": item for number, item in enumerate(plan(), 1)}
    standing = set(Cluster.objects.filter(name__in=titles).values_list("name", flat=True))
    planned = [(title, item) for title, item in titles.items() if title not in standing]
    for number, (title, item) in enumerate(planned, 1):
        start_on = days_before(at, item.days_ago) if item.days_ago else stories.FIRST_DAY[item.story]
        stories.walk(item.story, title=title, start_on=start_on, end=at, **item.how)
        if number % 5 == 0 or number == len(planned):
            tell(f"{number}/{len(planned)}")
    return len(planned)


def first_day(story: str, *, at: datetime) -> date:
    """Return the day on which `story` begins, so that it ends before `at`."""
    return stories.FIRST_DAY.get(story) or days_before(at, stories.LENGTH[story])


def days_before(at: datetime, working_days: int) -> date:
    """Return the day that lies `working_days` before the day of `at`."""
    return add_working_days(local_day(at), -working_days, calendar())


def tell_everybody(*, at: datetime) -> int:
    """Deliver in this process what the stories promised, so that the demo opens with nothing owed."""
    delivered = 0
    while rows := list(OutboxRow.objects.undone().order_by("pk").values_list("pk", flat=True)[:500]):
        done = [pk for pk in rows if delivery.send(outbox_id=pk, at=at)]
        delivered += len(done)
        if not done:
            break
    morning = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    # What the stories told on earlier days has been read by now; today's is news.
    Notification.objects.filter(created_at__lt=morning).update(read_at=at)
    return delivered

"""Compare what people were told with what the records hold; run as a program in a city's environment.

Reads the acknowledged acts as JSON from standard input, and prints a line for each break.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import django

django.setup()

from django.db.models import Count  # noqa: E402

from accounts.models import Membership  # noqa: E402
from approvals.models import Decision  # noqa: E402
from notifications.models import Notification, OutboxRow  # noqa: E402
from notifications.states import Channel  # noqa: E402
from records.clock import local_day  # noqa: E402
from records.models import AuditRow  # noqa: E402
from workflows.models import Step  # noqa: E402


def acts_stand_once(acknowledged: list[dict[str, Any]]) -> Iterator[str]:
    """Compare the answers that people got with the audit chain, both ways."""
    rows = {str(row.key): row for row in AuditRow.objects.exclude(key=None)}
    told = {act["key"]: act for act in acknowledged}
    for key in told.keys() - rows.keys():
        yield f"{told[key]}: acknowledged, and not on record"
    for key in rows.keys() - told.keys():
        yield f"{rows[key]}: on record, and nobody was told so"
    for key in rows.keys() & told.keys():
        if rows[key].data.get("step") != told[key]["step"]:
            yield f"{told[key]}: on record for step {rows[key].data.get('step')}"
    done = Counter(row.data["step"] for row in AuditRow.objects.all() if "outcome" in row.data)
    yield from (f"step {step}: done {times} times" for step, times in done.items() if times != 1)


def decisions_stand_once() -> Iterator[str]:
    twice = Decision.objects.values("case__code").annotate(times=Count("pk")).filter(times__gt=1)
    yield from (f"{row['case__code']}: {row['times']} decisions" for row in twice.order_by())


def everybody_was_told_once() -> Iterator[str]:
    """Compare what was promised, person by person, with what stands in the app."""
    shown = Counter(Notification.objects.values_list("outbox_id", "user_id"))
    expected = Counter(
        (row.pk, user_id)
        for row in OutboxRow.objects.exclude(channel=Channel.EMAIL)
        for user_id in _concerned(row)
    )
    for (row_id, user_id), times in (expected - shown).items():
        yield f"outbox row {row_id}, user {user_id}: {times} notices missing"
    for (row_id, user_id), times in (shown - expected).items():
        yield f"outbox row {row_id}, user {user_id}: {times} notices too many"
    for row in OutboxRow.objects.undone():
        yield f"{row}: still owed"


def _concerned(row: OutboxRow) -> set[int]:
    """Return the people whom the row is for, by the rule in the book and not by the code that delivers."""
    if row.user_id is not None:
        return {row.user_id}
    assert row.agency_id is not None
    day = local_day(row.created_at)
    serving = Membership.objects.filter(agency_id=row.agency_id, valid_from__lte=day)
    return set(serving.values_list("user_id", flat=True))


def every_step_was_announced() -> Iterator[str]:
    """Each step that a person has to do was promised to somebody, by the act that opened it."""
    keys = set(OutboxRow.objects.values_list("key", flat=True))
    for pk in Step.objects.exclude(role="").values_list("pk", flat=True):
        if f"step:{pk}:arrived" not in keys:
            yield f"step {pk}: opened, and nobody is told"


def main() -> None:
    acknowledged = json.load(sys.stdin)
    for check in (
        acts_stand_once(acknowledged),
        decisions_stand_once(),
        everybody_was_told_once(),
        every_step_was_announced(),
    ):
        for break_ in check:
            print(break_)  # noqa: T201


if __name__ == "__main__":
    main()

"""Owe messages to a new office of two people, as an act would; run as a program beside a worker.

python owe.py 20    prints the numbers of the outbox rows
"""

import string
import sys

import django

django.setup()

from accounts.models import Agency, Membership, User  # noqa: E402
from accounts.states import AgencyKind, Role  # noqa: E402
from notifications import kinds, services  # noqa: E402
from notifications.messages import Message  # noqa: E402
from notifications.models import OutboxRow  # noqa: E402
from records import clock  # noqa: E402


def main() -> None:
    now, count = clock.now(), int(sys.argv[1])
    made = OutboxRow.objects.count()
    office = Agency.objects.create(kind=AgencyKind.POLICE, name=f"Office {made}")
    for number in (1, 2):
        user = User.objects.create_user(f"officer{made}-{number}@example.vn", full_name="Trần Văn Bình")
        day = clock.local_day(now)
        Membership.objects.create(user=user, agency=office, role=Role.OFFICER, valid_from=day)
    messages = [_message(f"broker:{made}:{number}", office) for number in range(count)]
    services.queue(messages, at=now)
    rows = OutboxRow.objects.filter(key__in=[message.key for message in messages])
    print(*rows.values_list("pk", flat=True))  # noqa: T201


def _message(key: str, office: Agency) -> Message:
    """Return a message of a kind that the worker knows, whichever that is."""
    kind = kinds.all_kinds()[0]
    fields = string.Formatter().parse(f"{kind.title}{kind.body}")
    context = {name: "x" for _, name, _, _ in fields if name}
    return Message(key=key, kind=kind.name, context=context, agency_id=office.pk)


if __name__ == "__main__":
    main()

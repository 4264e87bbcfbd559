"""What must always hold about telling."""

from collections.abc import Iterator

from django.db.models import Count, F

from notifications.models import Notification, OutboxRow
from notifications.states import Channel
from records.invariants import invariant


@invariant("I5", "every outbox row that is done has its effect, and no notice is shown twice")
def done_means_told() -> Iterator[str]:
    shown = OutboxRow.objects.exclude(done_at=None).exclude(channel=Channel.EMAIL)
    counted = shown.annotate(times=Count("notices")).exclude(times=F("reached"))
    for key, reached, times in counted.values_list("key", "reached", "times"):
        yield f"{key}: done for {reached} people, shown to {times}"
    yield from _mails_missing()
    yield from _shown_twice()


def _mails_missing() -> Iterator[str]:
    known = OutboxRow.objects.filter(channel=Channel.EMAIL)
    announced = Notification.objects.filter(outbox__channel=Channel.ANNOUNCE).select_related("outbox")
    keys = set(known.values_list("key", flat=True))
    for notice in announced.iterator():
        if notice.outbox.mail_key(notice.user_id) not in keys:
            yield f"{notice}: shown in the app, but no e-mail is owed or sent"


def _shown_twice() -> Iterator[str]:
    twice = Notification.objects.values("outbox__key", "user_id").annotate(times=Count("pk"))
    for row in twice.filter(times__gt=1).order_by():
        yield f"{row['outbox__key']} → {row['user_id']}: shown {row['times']} times"

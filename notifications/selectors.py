"""Reads about messages: what a person has not read, and how the outbox does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from notifications import kinds
from notifications.exceptions import ContextIncomplete, UnknownKind
from notifications.models import Heartbeat, Notification, OutboxRow

PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """Some notices, newest first, and the keys by which the pages beside it are asked for."""

    notices: list[Notification]
    older: int | None = None
    newer: int | None = None


@dataclass(frozen=True)
class Told:
    """A notice in the language of its reader."""

    notice: Notification
    title: str
    body: str
    path: str


def told(notice: Notification) -> Told:
    """Return what the notice says; only its key's kind, where its texts have gone with an old version."""
    row = notice.outbox
    try:
        text = kinds.render(row.kind, row.context)
    except (UnknownKind, ContextIncomplete):
        return Told(notice, row.kind.replace("_", " "), "", "")
    return Told(notice, text.title, text.body, text.path)


def unread_count(user: User) -> int:
    """Return how many notices `user` has not opened."""
    return Notification.objects.visible_to(user).unread().count()


def page(user: User, *, before: int | None = None, after: int | None = None, size: int = PAGE_SIZE) -> Page:
    """Return a page of the person's notices in one query: those before, or after, a notice's number."""
    notices = Notification.objects.visible_to(user).select_related("outbox")
    if after is not None:
        found = list(notices.filter(pk__gt=after).order_by("pk")[: size + 1])
        shown = found[size - 1 :: -1] if len(found) > size else found[::-1]
        return _page(shown, older=True, newer=len(found) > size)
    if before is not None:
        notices = notices.filter(pk__lt=before)
    found = list(notices.order_by("-pk")[: size + 1])
    return _page(found[:size], older=len(found) > size, newer=before is not None)


def _page(shown: list[Notification], *, older: bool, newer: bool) -> Page:
    if not shown:
        return Page([])
    return Page(shown, older=shown[-1].pk if older else None, newer=shown[0].pk if newer else None)


def silence(name: str, *, at: datetime) -> timedelta | None:
    """Return how long the process `name` has given no sign of life at `at`; None if it never has."""
    last = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    return None if last is None else at - last


def oldest_wait(*, at: datetime, failed: bool) -> timedelta | None:
    """Return how long the oldest undone message has been owed at `at`; None if none is.

    `failed`: among those that were tried and refused (a bad address); else among those that nobody
    has worked on, which tells of a dead worker or broker. One that waits for its next try counts too:
    while no worker lives, rows are due only for the moment in which the relay sends them again.
    """
    undone = OutboxRow.objects.undone()
    undone = undone.exclude(last_error="") if failed else undone.filter(last_error="")
    oldest = undone.order_by("queued_at").values_list("queued_at", flat=True).first()
    return None if oldest is None else at - oldest

"""Telling: the outbox, which is the truth, the notices that people see, and signs of life."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.states import Channel

ROWS_PER_INSERT = 80  # SQLite takes 999 parameters in a statement


class OutboxQuerySet(models.QuerySet["OutboxRow"]):
    def undone(self) -> Self:
        """Keep what has not been told yet."""
        return self.filter(done_at=None)

    def due(self, at: datetime) -> Self:
        """Keep what is to be tried at the database's time `at`."""
        return self.undone().filter(next_attempt_at__lte=at)

    def locked(self) -> Self:
        """Lock the rows, leaving out those that somebody else works on.

        SQLite has one writer: the IMMEDIATE transaction around this is the lock.
        """
        skip = connections[self.db].features.has_select_for_update_skip_locked
        return self.select_for_update(skip_locked=skip)

    def add_new(self, rows: Sequence["OutboxRow"]) -> int:
        """Insert the rows whose keys are new, in one statement; return how many were."""
        return sum(
            self._insert_new(rows[start : start + ROWS_PER_INSERT])
            for start in range(0, len(rows), ROWS_PER_INSERT)
        )

    def _insert_new(self, rows: Sequence["OutboxRow"]) -> int:
        connection = connections[self.db]
        fields = [field for field in self.model._meta.concrete_fields if field.name in self.model.WRITTEN]
        line = f"({', '.join(['%s'] * len(fields))})"
        values = [f.get_db_prep_save(getattr(row, f.attname), connection) for row in rows for f in fields]
        columns = ", ".join(str(field.column) for field in fields)
        # Not bulk_create(ignore_conflicts=True): it cannot tell how many rows were new.
        statement = (
            f"INSERT INTO {self.model._meta.db_table} ({columns})"  # noqa: S608
            f" VALUES {', '.join([line] * len(rows))} ON CONFLICT (key) DO NOTHING"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)


class OutboxRow(models.Model):
    """A message that is owed. Done only when its effect is there, in the same transaction.

    Two clocks meet here. `created_at` is when it happened, by the clock that people see, which the
    demo moves ahead. The other moments are the machine's: the database's own time, so that moving
    the demo's clock neither holds messages back nor makes a relay look dead.
    """

    key = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=63)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, db_default=Channel.ANNOUNCE)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.EmailField(max_length=254, db_default="", blank=True)
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField(db_default=Now())
    next_attempt_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(db_default=0)
    done_at = models.DateTimeField(null=True)
    reached = models.PositiveIntegerField(null=True)
    last_error = models.CharField(max_length=200, db_default="", blank=True)

    WRITTEN: ClassVar[frozenset[str]] = frozenset(
        {"key", "kind", "context", "channel", "agency", "user", "address", "created_at"}
    )
    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outbox_one_recipient",
                condition=(
                    Q(agency__isnull=False, user=None, address="")
                    | Q(agency=None, user__isnull=False, address="")
                    | (Q(agency=None, user=None, channel=Channel.EMAIL) & ~Q(address=""))
                ),
            ),
            models.CheckConstraint(
                name="outbox_done_counted",
                condition=Q(done_at=None, reached=None) | Q(done_at__isnull=False, reached__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(done_at=None), name="outbox_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.channel})"

    def mail_key(self, user_id: int) -> str:
        """Return the key of the e-mail that tells `user_id` what this row announces."""
        return f"{self.key}:mail:{user_id}"

    def mark_done(self, *, reached: int, at: datetime) -> None:
        """Note, in the transaction of the effect, that it is there, and how many people it reached."""
        self.done_at, self.reached, self.last_error = at, reached, ""
        self.save(update_fields=["done_at", "reached", "last_error", "context"])


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the notices of this person; nobody sees another's."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def unread(self) -> Self:
        """Keep what has not been opened."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """A message as one person sees it in the app; its text is written by its kind when it is shown."""

    outbox = models.ForeignKey(OutboxRow, on_delete=models.PROTECT, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["outbox", "user"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_of_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.outbox.key} → {self.user_id}"


class Heartbeat(models.Model):
    """The last sign of life of a process that nobody looks at, by the database's time."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"

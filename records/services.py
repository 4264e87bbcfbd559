"""Putting acts on record: the audit row with the change it speaks of, and the key that acts once."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from records.exceptions import AlreadyDone, KeyReused
from records.models import AuditRow, IdempotencyKey, Recorded


class Actor(Protocol):
    """Whoever acts: a person or the system, with a number and a name."""

    @property
    def pk(self) -> Any: ...

    @property
    def full_name(self) -> str: ...


@contextmanager
def recorded(
    subject: Recorded, *, act: str, by: Actor, at: datetime, data: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Write one audit row for what happens to the locked `subject` inside, then save `subject`.

    Yields a dict to add to the row's data. The row goes in before the subject: the database
    trigger asks for it.
    """
    source = getattr(subject, subject.STATE_FIELD)
    extra: dict[str, Any] = dict(data or {})
    yield extra
    row = AuditRow(
        subject_kind=subject.subject_kind(),
        subject_id=subject.pk,
        seq=subject.audit_seq + 1,
        act=act,
        source=source,
        target=getattr(subject, subject.STATE_FIELD),
        actor_id=by.pk,
        actor_name=by.full_name,
        at=at,
        data=extra,
        previous_hash=subject.audit_head,
    )
    row.hash = row.compute_hash()
    row.save(force_insert=True)
    subject.audit_seq = row.seq
    subject.audit_head = row.hash
    subject.save()


def fingerprint(content: Mapping[str, Any]) -> str:
    """Return SHA-256 (64 hex digits) of what a form said, whatever the order of its fields."""
    body = json.dumps(content, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(body.encode()).hexdigest()


def act_once(key: UUID, *, by: Actor, at: datetime, content: Mapping[str, Any]) -> None:
    """Claim `key` for this act, in the transaction of the act.

    A second sender of the same key waits here for the first one's commit.

    Raises:
        AlreadyDone: the same person sent the same content with this key before.
        KeyReused: the key was used by another person or for another content.
    """
    print_ = fingerprint(content)
    table = IdempotencyKey._meta.db_table
    with connection.cursor() as cursor:
        # One statement instead of a savepoint, an insert and a look-up.
        cursor.execute(
            f"INSERT INTO {table} (key, actor_id, fingerprint, at) VALUES (%s, %s, %s, %s)"  # noqa: S608
            " ON CONFLICT (key) DO NOTHING",
            [_adapt(key), by.pk, print_, _adapt_moment(at)],
        )
        if cursor.rowcount == 1:
            return
    before = IdempotencyKey.objects.get(pk=key)
    if before.actor_id == by.pk and before.fingerprint == print_:
        raise AlreadyDone
    raise KeyReused


def _adapt(key: UUID) -> Any:
    return IdempotencyKey._meta.get_field("key").get_db_prep_value(key, connection)


def _adapt_moment(at: datetime) -> Any:
    return IdempotencyKey._meta.get_field("at").get_db_prep_value(at, connection)

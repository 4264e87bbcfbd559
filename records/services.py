"""Putting acts on record: the audit row with the change it speaks of, and the key that acts once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from records.exceptions import AlreadyDone, KeyReused
from records.models import AuditRow, Recorded


class Actor(Protocol):
    """Whoever acts: a person or the system, with a number and a name."""

    @property
    def pk(self) -> Any: ...

    @property
    def full_name(self) -> str: ...


@dataclass(frozen=True)
class Sent:
    """A form as it was sent: its idempotency key and what it said, to tell a repeat from a change."""

    key: UUID
    content: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """Return SHA-256 (64 hex digits) of the content, whatever the order of its fields."""
        body = json.dumps(self.content, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
        return hashlib.sha256(body.encode()).hexdigest()


@contextmanager
def recorded(
    subject: Recorded,
    *,
    act: str,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    sent: Sent | None = None,
) -> Iterator[dict[str, Any]]:
    """Write one audit row for what happens to the locked `subject` inside, then save `subject`.

    Yields a dict to add to the row's data. The row goes in before the subject: the database
    trigger asks for it.

    Raises:
        IntegrityError: the key of `sent` was used before; ask `check_repeat` after the rollback.
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
        key=sent.key if sent else None,
        fingerprint=sent.fingerprint if sent else "",
        previous_hash=subject.audit_head,
    )
    row.hash = row.compute_hash()
    row.save(force_insert=True)
    subject.audit_seq = row.seq
    subject.audit_head = row.hash
    subject.save()


def check_repeat(sent: Sent | None, *, by: Actor) -> None:
    """Tell, after an act was refused, whether it had been done by this very form before.

    Raises:
        AlreadyDone: the same person sent the same content with this key, and it was done.
        KeyReused: the key was used by another person or for another content.
    """
    before = AuditRow.objects.filter(key=sent.key).first() if sent else None
    if before is None or sent is None:
        return
    if (before.actor_id, before.fingerprint) == (by.pk, sent.fingerprint):
        raise AlreadyDone
    raise KeyReused

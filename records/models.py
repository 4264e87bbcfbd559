"""What happened: audit rows chained by subject, with the keys that make an act happen once."""

import hashlib
import json
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django_fsm import FSMFieldMixin

GENESIS = "0" * 64
_PLAIN = (
    "subject_kind",
    "subject_id",
    "seq",
    "act",
    "source",
    "target",
    "actor_id",
    "actor_name",
    "fingerprint",
)


class Recorded(models.Model):
    """A subject whose every act is an audit row; it carries the head of its own chain.

    `STATE_FIELD` names the state machine's field. A database trigger refuses any change of that
    field without the audit row of the same transaction (`records.triggers`).
    """

    STATE_FIELD: ClassVar[str] = "state"

    audit_seq = models.PositiveIntegerField(default=0, editable=False)
    audit_head = models.CharField(max_length=64, default=GENESIS, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def state_field(cls) -> FSMFieldMixin:
        """Return the field that the state machine moves."""
        field = cls._meta.get_field(cls.STATE_FIELD)
        assert isinstance(field, FSMFieldMixin)
        return field

    @classmethod
    def subject_kind(cls) -> str:
        """Return the name under which audit rows know this model: its table."""
        return cls._meta.db_table


class AuditRow(models.Model):
    """One act on one subject. Only ever added; a correction is a new act.

    The person stands here by number and by the name of that day, so a later change of the account
    changes no history. `hash` covers the row and the hash before it. `key` and `fingerprint` are of
    the form that was sent for this act: the same form sent twice acts once.
    """

    subject_kind = models.CharField(max_length=63)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    act = models.CharField(max_length=63)
    source = models.CharField(max_length=50)
    target = models.CharField(max_length=50)
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    key = models.UUIDField(null=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "seq"], name="audit_seq_once"),
            models.UniqueConstraint(fields=["key"], name="audit_key_once"),
        ]
        indexes = [models.Index(fields=["at"], name="audit_at")]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id}#{self.seq} {self.act}"

    def content(self) -> dict[str, Any]:
        """Return what the hash covers, as plain values."""
        return {name: getattr(self, name) for name in _PLAIN} | {
            "at": self.at.timestamp(),
            "data": json.loads(json.dumps(self.data, cls=DjangoJSONEncoder)),
            "key": str(self.key or ""),
        }

    def compute_hash(self) -> str:
        """Return SHA-256 (64 hex digits) over the hash before this row and its content."""
        body = json.dumps(self.content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(f"{self.previous_hash}{body}".encode()).hexdigest()

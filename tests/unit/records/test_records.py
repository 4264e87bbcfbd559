"""The parts of a record that need no database: the day, the fingerprint of a form, the hash of a row."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from records.clock import local_day
from records.exceptions import AlreadyDone, DomainError, KeyReused
from records.models import GENESIS, AuditRow
from records.services import Sent

KEY = UUID("7b0a1c1e-9d5b-4f6e-8a52-1f0e0a1b2c3d")


def row(**told: Any) -> AuditRow:
    usual: dict[str, Any] = {
        "subject_kind": "workflows_case",
        "subject_id": 1,
        "seq": 1,
        "act": "file",
        "source": "listed",
        "target": "proposed",
        "actor_id": 5,
        "actor_name": "Lê Minh Đức",
        "at": datetime(2026, 10, 5, 2, 0, tzinfo=UTC),
        "data": {"dossier": "H26"},
        "previous_hash": GENESIS,
    }
    return AuditRow(**usual | told)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 10, 5, 16, 59, tzinfo=UTC), date(2026, 10, 5)),
        (datetime(2026, 10, 5, 17, 0, tzinfo=UTC), date(2026, 10, 6)),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_hanoi(moment: datetime, day: date) -> None:
    assert local_day(moment) == day


def test_the_order_of_fields_does_not_change_a_fingerprint() -> None:
    one = Sent(KEY, {"number": "12/TB", "on": date(2026, 10, 5), "area": Decimal("1.5")})
    other = Sent(KEY, {"area": Decimal("1.5"), "on": date(2026, 10, 5), "number": "12/TB"})
    assert one.fingerprint == other.fingerprint
    assert len(one.fingerprint) == 64


@pytest.mark.parametrize("content", [{"a": "1"}, {"a": "2", "b": ""}, {"a": ["2"]}, {"b": "2"}])
def test_any_other_content_has_another_fingerprint(content: dict[str, Any]) -> None:
    assert Sent(KEY, content).fingerprint != Sent(KEY, {"a": "2"}).fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"subject_kind": "approvals_dossier"},
        {"subject_id": 2},
        {"seq": 2},
        {"act": "adopt"},
        {"source": "proposed"},
        {"target": "established"},
        {"actor_id": 6},
        {"actor_name": "Lê Minh Dức"},
        {"at": datetime(2026, 10, 5, 2, 0, 1, tzinfo=UTC)},
        {"data": {"dossier": "H27"}},
        {"key": KEY},
        {"fingerprint": "a" * 64},
        {"previous_hash": "1" * 64},
    ],
)
def test_a_change_of_any_field_changes_the_hash(change: dict[str, Any]) -> None:
    assert row(**change).compute_hash() != row().compute_hash()


def test_a_hash_is_the_same_for_the_same_moment_in_another_zone() -> None:
    from zoneinfo import ZoneInfo

    there = datetime(2026, 10, 5, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    assert row(at=there).compute_hash() == row().compute_hash()


def test_errors_speak_to_a_person_and_name_their_status() -> None:
    assert (DomainError.status, KeyReused.status, AlreadyDone.status) == (409, 422, 200)
    error = KeyReused("Another sentence.", field="number")
    assert (str(error), error.details) == ("Another sentence.", {"field": "number"})
    assert "already sent with another content" in str(KeyReused())

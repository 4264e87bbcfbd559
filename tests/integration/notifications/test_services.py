from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from notifications import services
from notifications.exceptions import ContextIncomplete, UnknownKind
from notifications.messages import Message
from notifications.models import OutboxRow
from tests.factories import people
from tests.factories.notifications import OPENED, owed

pytestmark = pytest.mark.django_db


def _messages(count: int, **given: Any) -> list[Message]:
    defaults: dict[str, Any] = {"kind": OPENED.name, "context": {"code": "C1"}, "user_id": people.person().pk}
    return [Message(key=f"k:{number}", **defaults | given) for number in range(count)]


def test_queue_is_one_insert(at: datetime, django_assert_num_queries: Callable[[int], Any]) -> None:
    messages = _messages(30)

    with django_assert_num_queries(1):
        assert services.queue(messages, at=at) == 30

    row = OutboxRow.objects.get(key="k:7")
    assert (row.created_at, row.done_at, row.attempts, row.last_error) == (at, None, 0, "")
    assert row.context == {"code": "C1"}


def test_queue_of_nothing_asks_nothing(at: datetime, django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(0):
        assert services.queue([], at=at) == 0


def test_queue_takes_more_than_one_statement_holds(at: datetime) -> None:
    assert services.queue(_messages(201), at=at) == 201


def test_queue_ignores_known_keys_and_counts_the_new_ones(
    at: datetime, days_later: Callable[[int], datetime]
) -> None:
    first = _messages(2)
    services.queue(first, at=at)

    assert services.queue([*first, *_messages(3)], at=days_later(1)) == 1
    assert OutboxRow.objects.get(key="k:0").created_at == at


def test_queue_is_undone_with_its_act(at: datetime) -> None:
    with transaction.atomic():
        services.queue(_messages(1), at=at)
        transaction.set_rollback(True)

    assert not OutboxRow.objects.exists()


def test_queue_refuses_a_kind_that_nobody_registered(at: datetime) -> None:
    with pytest.raises(UnknownKind, match="unheard_of"):
        services.queue(_messages(1, kind="unheard_of"), at=at)


def test_queue_refuses_a_context_that_lacks_a_value(at: datetime) -> None:
    with pytest.raises(ContextIncomplete, match="asks for 'code'"):
        services.queue(_messages(1, context={}), at=at)


def test_queue_mail_keeps_the_first_of_a_key(at: datetime) -> None:
    for subject in ("one", "two"):
        services.queue_mail(key="mail:1", to="an@example.vn", subject=subject, body="…", at=at)

    assert OutboxRow.objects.get().context["subject"] == "one"


def test_a_row_has_one_recipient(at: datetime) -> None:
    row = owed(at=at, user=people.person())

    with pytest.raises(IntegrityError, match="outbox_one_recipient"), transaction.atomic():
        OutboxRow.objects.filter(pk=row.pk).update(user=None)


def test_a_row_is_not_done_without_its_count(at: datetime) -> None:
    row = owed(at=at, user=people.person())

    with pytest.raises(IntegrityError, match="outbox_done_counted"), transaction.atomic():
        OutboxRow.objects.filter(pk=row.pk).update(done_at=at)

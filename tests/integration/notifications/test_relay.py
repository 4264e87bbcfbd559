import threading
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from notifications import relay, tasks
from notifications.models import Heartbeat, Notification, OutboxRow
from notifications.relay import Relay
from records import clock
from tests.factories import people
from tests.factories.notifications import owed

pytestmark = pytest.mark.django_db


class Broker:
    """Takes wake-ups, loses them on request, or is down."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.down = False

    def send(self, outbox_id: int) -> None:
        if self.down:
            raise ConnectionRefusedError("[Errno 111] Connection refused")
        self.taken.append(outbox_id)

    def deliver(self) -> None:
        """Let a worker take all that is waiting."""
        while self.taken:
            tasks.deliver(outbox_id=self.taken.pop(0))


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def loop(broker: Broker) -> Relay:
    return Relay(threading.Event(), send=broker.send)


@pytest.fixture
def now() -> datetime:
    return clock.database_time()


def forward(broker: Broker, at: datetime) -> bool:
    return relay.forward(relay.claim(at=at), at=at, send=broker.send)


def test_claim_puts_off_the_next_try(at: datetime, now: datetime) -> None:
    row = owed(at=at, user=people.person())
    later = now + timedelta(seconds=1)

    assert relay.claim(at=later) == [row.pk]
    assert relay.claim(at=later) == []
    row.refresh_from_db()
    assert (row.attempts, row.next_attempt_at) == (1, later + timedelta(seconds=5))


def test_claim_takes_a_batch_oldest_first(at: datetime, now: datetime) -> None:
    user = people.person()
    rows = [owed(at=at, user=user).pk for _ in range(5)]

    assert relay.claim(at=now + timedelta(seconds=1), limit=3) == rows[:3]
    assert relay.claim(at=now + timedelta(seconds=1), limit=3) == rows[3:]


def test_a_moved_demo_clock_neither_holds_back_nor_hurries(at: datetime, now: datetime) -> None:
    far = owed(at=now + timedelta(days=400), user=people.person())

    assert relay.claim(at=clock.database_time()) == [far.pk]


def test_a_lost_wake_up_is_sent_again_until_a_worker_has_done_it(
    at: datetime, now: datetime, broker: Broker
) -> None:
    row = owed(at=at, user=people.person())
    moments = [now + timedelta(seconds=s) for s in (1, 7, 18)]

    for moment in moments[:2]:
        forward(broker, moment)
        assert broker.taken == [row.pk]
        broker.taken.clear()  # the broker forgets
    forward(broker, moments[2])
    broker.deliver()

    assert Notification.objects.count() == 1
    assert row.pk not in relay.claim(at=now + timedelta(days=1))


def test_a_broker_that_is_down_does_not_slow_the_rows(at: datetime, now: datetime, broker: Broker) -> None:
    user = people.person()
    rows = [owed(at=at, user=user).pk for _ in range(3)]
    soon = now + timedelta(seconds=1)
    broker.down = True

    for _ in range(20):
        assert forward(broker, soon) is False

    broker.down = False
    assert forward(broker, soon) is True
    assert broker.taken == rows
    tries = OutboxRow.objects.values_list("attempts", "next_attempt_at")
    assert set(tries) == {(1, soon + timedelta(seconds=5))}  # one that is lost now is sent again at once


def test_the_loop_survives_a_broker_that_is_down(at: datetime, broker: Broker, loop: Relay) -> None:
    row = owed(at=at, user=people.person())
    broker.down = True

    pauses = [loop.turn().total_seconds() for _ in range(6)]
    broker.down = False
    loop.turn()

    assert pauses == [1, 2, 4, 8, 15, 15]
    assert broker.taken == [row.pk]
    assert loop.turn() == relay.PAUSE
    assert Heartbeat.objects.filter(name="relay").exists()


def test_the_loop_survives_a_database_that_is_away(loop: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> datetime:
        raise DatabaseError("server closed the connection")

    with monkeypatch.context() as patched:
        patched.setattr(clock, "database_time", away)
        assert loop.turn() == timedelta(seconds=1)

    assert loop.turn() == relay.PAUSE


def test_a_full_batch_is_followed_at_once(at: datetime, loop: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    user = people.person()
    for _ in range(3):
        owed(at=at, user=user)
    monkeypatch.setattr(relay, "BATCH", 3)

    assert loop.turn() == timedelta(0)
    assert loop.turn() == relay.PAUSE


def test_the_loop_leaves_a_sign_of_life_every_few_seconds(
    loop: Relay, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    beats = []
    for seconds in (0, 1, 4, 6):
        monkeypatch.setattr(clock, "database_time", lambda s=seconds: now + timedelta(seconds=s))
        loop.turn()
        beats.append(Heartbeat.objects.get(name="relay").at - now)

    assert [beat.total_seconds() for beat in beats] == [0, 0, 0, 6]


@pytest.mark.django_db(transaction=True)
def test_a_second_relay_or_worker_passes_by_locked_rows(at: datetime) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the second one waits, and then finds the rows put off")
    user = people.person()
    first, second = owed(at=at, user=user), owed(at=at, user=user)
    found: list[object] = []

    def other() -> None:
        soon = clock.database_time() + timedelta(seconds=1)
        found.append(relay.claim(at=soon))
        tasks.deliver(outbox_id=first.pk)
        connection.close()

    with transaction.atomic():
        OutboxRow.objects.locked().get(pk=first.pk)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=10)

    assert found == [[second.pk]]
    assert not Notification.objects.exists()

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command

from notifications.relay import Relay

ENDING = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_relay_cleanly_in_the_middle_of_a_pause(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def turn(relay: Relay) -> timedelta:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        return timedelta(hours=1)

    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(number))
    monkeypatch.setattr(Relay, "turn", turn)
    monkeypatch.setattr("notifications.relay.close_old_connections", lambda: None)

    call_command("relay")

    assert capsys.readouterr().out.split("\n")[:2] == ["relay: started", "relay: stopped"]

"""Programs and servers die in the middle of acts; nothing that was promised is lost, or comes twice.

Seven people work over HTTP on a few cases at a time, and send a form again until it is answered.
Meanwhile something dies, is started again as a supervisor would, and the people go on. Then they
rest, and within a minute of the restart all has to be told, on record, and in order.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.faults.city import City, wait_until
from tests.faults.clients import Crowd

AT_A_TIME = 3  # cases on which the people work


@dataclass
class Scene:
    """The city, its people, and how hard it comes: `times` each thing dies in one test."""

    city: City
    crowd: Crowd
    chance: random.Random
    times: int
    kills: int = 0
    longest: float = 0.0

    def in_the_middle(self) -> None:
        """Wait for a few acts, nobody knows how many; the next ones are under way then."""
        self.crowd.wait_for(self.chance.randint(3, 8))

    def strike(self, fault: Callable[[], float], times: int = 0) -> None:
        """Let people work, and the fault strike in the middle, again and again; then all has to hold.

        `fault` returns the moment at which everything was running again.
        """
        with self.crowd.at_work():
            for _ in range(times or self.times):
                self.in_the_middle()
                since = fault()
                self.kills += 1
            self.in_the_middle()
        self.longest = max(self.longest, self.city.green_after(since))

    def web_worker(self) -> float:
        self.city.kill_web_worker(self.chance.choice)
        return time.monotonic()

    def web_master(self) -> float:
        """Kill gunicorn's master alone; the supervisor clears away its orphans and starts it again."""
        assert self.city.web.process is not None
        os.kill(self.city.web.process.pid, signal.SIGKILL)
        return self.restart("web")

    def worker(self) -> float:
        return self.restart("worker")

    def relay(self) -> float:
        return self.restart("relay")

    def broker(self) -> float:
        """Kill Redis and start it again without anything that it had."""
        assert self.city.broker is not None
        self.city.broker.kill()
        return self.start_broker(forgets=True)

    def start_broker(self, *, forgets: bool) -> float:
        assert self.city.broker is not None
        if forgets:
            shutil.rmtree(self.city.broker.home / "appendonlydir")
        self.city.broker.start()
        return time.monotonic()

    def database(self) -> float:
        """Do what `pg_ctl -m immediate restart` does: SIGQUIT to the postmaster, and a start."""
        assert self.city.database is not None
        self.city.database.kill(signal.SIGQUIT)
        self.city.database.start()
        return time.monotonic()

    def restart(self, name: str) -> float:
        """Kill a program with all that belongs to it, and start it again."""
        program = getattr(self.city, name)
        program.kill()
        program.start()
        return time.monotonic()


@pytest.fixture(scope="module")
def scene(
    postgresql: City, chance: random.Random, is_long: bool, note: Callable[[str], None]
) -> Iterator[Scene]:
    crowd = Crowd(postgresql, at_a_time=AT_A_TIME)
    scene = Scene(postgresql, crowd, chance, times=10 if is_long else 2)
    yield scene
    note(
        f"{scene.kills} kills, {len(crowd.acts)} acts acknowledged after {crowd.retries} tries more,"
        f" {crowd.ended()} cases ended; green {scene.longest:.1f} s after a restart at the latest"
    )


@pytest.mark.parametrize("victim", ["web_worker", "web_master", "worker", "relay", "broker", "database"])
def test_what_is_killed_in_the_middle_of_acts_loses_nothing(scene: Scene, victim: str) -> None:
    scene.strike(getattr(scene, victim))


@pytest.mark.parametrize("forgets", [False, True], ids=["remembers", "forgets"])
def test_a_story_without_a_broker_is_told_when_it_comes_back(scene: Scene, *, forgets: bool) -> None:
    assert scene.city.broker is not None
    with scene.crowd.at_work():
        scene.in_the_middle()
        scene.city.broker.kill()
        scene.kills += 1
        scene.crowd.wait_for_a_story()
    assert scene.city.owed() > 0, "all was told without a broker"

    since = scene.start_broker(forgets=forgets)

    scene.longest = max(scene.longest, scene.city.green_after(since))


def test_a_dead_relay_is_seen_and_what_it_owes_is_told_by_the_next(scene: Scene, *, is_long: bool) -> None:
    assert scene.city.is_ready()
    scene.city.relay.kill()
    scene.kills += 1
    with scene.crowd.at_work():
        scene.crowd.wait_for_a_story()
    if not is_long:  # the minute of silence, which the long form waits for
        scene.city.sql(
            "UPDATE notifications_heartbeat SET at = at - interval '1 minute' WHERE name = 'relay'"
        )
    wait_until(lambda: not scene.city.is_ready(), "red without a relay", seconds=75)
    assert scene.city.findings()["relay"] == "red"
    assert scene.city.owed() > 0, "all was told without a relay"

    scene.city.relay.start()

    scene.longest = max(scene.longest, scene.city.green_after(time.monotonic()))
    assert scene.city.findings()["relay"] == "ok"


def test_whatever_dies_by_chance_loses_nothing(scene: Scene) -> None:
    victims = [scene.web_worker, scene.web_master, scene.worker, scene.relay, scene.broker, scene.database]
    scene.strike(lambda: scene.chance.choice(victims)(), times=scene.times * 3)


def test_every_case_that_was_begun_comes_to_its_one_decision(scene: Scene) -> None:
    with scene.crowd.at_work():
        scene.crowd.wait_for_the_end()

    scene.city.green_after(time.monotonic())
    assert scene.city.sql("SELECT count(*) FROM approvals_decision") == scene.crowd.ended()

"""A newer calendar: open deadlines follow it, what is closed or printed stays, and those concerned hear."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from demo import people
from law.exceptions import CalendarMissing
from law.selectors import calendar
from law.services import load_calendar
from notifications import kinds
from notifications.models import OutboxRow
from records.models import AuditRow
from tests.factories.calendars import SWAP, WHOLE_2028, calendar_file
from tests.factories.cases import Walk, case_at, moment, step_of
from workflows import clocks, invariants, recounts, services
from workflows.models import Clock
from workflows.services import limits
from workflows.tasks import tick

pytestmark = pytest.mark.django_db

FILED = moment("05/10/2026", 8, 5)
NOW = moment("06/10/2026")
TET_OFFICIAL = [
    f"2027-02-{day:02},off,Tết Nguyên Đán,holiday,{number},official,2026-10-06,"
    for day, number in ((4, "9/TB"), (5, "9/TB"), (8, "9/TB"), (9, "9/TB"), (10, "9/TB"))
]

Notice = Callable[..., Path]


@pytest.fixture
def notice(tmp_path: Path) -> Notice:
    return lambda *lines: calendar_file(tmp_path, *lines)


def run(*args: str) -> str:
    said = StringIO()
    call_command("import_calendar", *args, stdout=said)
    return said.getvalue()


def swap(notice: Notice, at: datetime = NOW) -> int:
    load_calendar(notice(*SWAP), at=at)
    return services.follow_calendar(at=at)


def moves_on_record(walk: Walk) -> list[AuditRow]:
    return list(AuditRow.objects.filter(subject_id=walk.case.pk, act=recounts.ACT))


def told() -> list[OutboxRow]:
    return list(OutboxRow.objects.filter(kind="deadline_moved").order_by("pk"))


def waiting_for_notice() -> Walk:
    """Return a case whose public notice is due on Wednesday 07/10/2026."""
    return case_at("give_notice", at=FILED)


def test_notice_that_swaps_days_moves_an_open_deadline(notice: Notice) -> None:
    walk = waiting_for_notice()
    assert swap(notice) == 1
    step = step_of(walk, "give_notice")
    assert step.clock is not None
    assert (step.due_on, step.clock.due_on) == (date(2026, 10, 8), date(2026, 10, 8))
    assert (step.clock.calendar_version, step.clock.firm) == (2, True)
    assert list(invariants.deadlines_recompute()) == []
    assert list(invariants.awaited_steps_are_those()) == []


def test_promise_stays_as_printed(notice: Notice) -> None:
    walk = waiting_for_notice()
    swap(notice)
    assert walk.dossier
    walk.dossier.refresh_from_db(fields=["promised_on", "estimated_on"])
    assert walk.dossier.promised_on == date(2026, 10, 7)


def test_deadline_of_a_closed_step_stays_with_its_own_calendar(notice: Notice) -> None:
    walk = waiting_for_notice()
    walk.now = NOW
    walk.give_notice()
    swap(notice, at=moment("07/10/2026"))
    step = step_of(walk, "give_notice")
    assert step.clock is not None
    assert (step.clock.due_on, step.clock.calendar_version) == (date(2026, 10, 7), 1)
    assert step.stay.due_on == date(2026, 10, 7)
    assert step_of(walk, "receive_files").clock != step.clock
    assert list(invariants.deadlines_recompute()) == []


def test_act_keeps_old_and_new_day_both_calendars_and_the_notice(notice: Notice) -> None:
    walk = waiting_for_notice()
    swap(notice)
    [row] = moves_on_record(walk)
    assert row.actor_id == User.objects.system().pk
    assert row.data == {
        "calendar": 2,
        "moved": [
            {
                "clock": step_of(walk, "give_notice").clock_id,
                "limit": "E20",
                "from": "2026-10-07",
                "to": "2026-10-08",
                "firm": True,
                "calendar": 1,
                "days": [{"day": "2026-10-07", "words": "Nghỉ hoán đổi, 77/VPCP-KGVX"}],
            }
        ],
    }
    assert row.hash == row.compute_hash() == walk.case.audit_head


def test_those_concerned_are_told_once_each(notice: Notice) -> None:
    waiting_for_notice()
    swap(notice)
    assert services.follow_calendar(at=NOW) == 0
    rows = told()
    assert [row.agency for row in rows] == [
        people.agency_of(people.person("lan")),
        people.agency_of(people.person("binh")),
    ]
    letter = kinds.render("deadline_moved", rows[0].context)
    assert "07/10/2026 → 08/10/2026" in letter.title
    assert "07/10/2026 Nghỉ hoán đổi, 77/VPCP-KGVX." in letter.body


def test_one_message_tells_of_all_deadlines_of_a_case(notice: Notice) -> None:
    walk = waiting_for_notice()
    second = clocks.begin(walk.case, "E20", trigger_on=FILED.date())
    step = step_of(walk, "give_notice")
    step.pk, step.clock = None, second
    step.save(force_insert=True)
    assert swap(notice) == 2
    [applicant, _commune] = told()
    assert applicant.context["moved"] == "07/10/2026 → 08/10/2026; 07/10/2026 → 08/10/2026"


def test_swap_back_moves_the_deadline_back(notice: Notice) -> None:
    walk = waiting_for_notice()
    swap(notice)
    load_calendar(notice(*(f"{line}yes" for line in SWAP)), at=NOW)
    assert services.follow_calendar(at=NOW) == 1
    assert step_of(walk, "give_notice").due_on == date(2026, 10, 7)
    assert len(told()) == 4


def test_deadline_that_no_changed_day_touches_is_counted_to_the_same_day_without_an_act(
    notice: Notice,
) -> None:
    walk = waiting_for_notice()
    head = walk.case.audit_head
    load_calendar(notice(*TET_OFFICIAL), at=NOW)
    assert services.follow_calendar(at=NOW) == 0
    clock = walk.case.clocks.get()
    assert (clock.calendar_version, clock.due_on) == (2, date(2026, 10, 7))
    assert (walk.case.audit_head, moves_on_record(walk), told()) == (head, [], [])


def test_official_notice_makes_an_expected_day_firm_and_tells_nobody(notice: Notice) -> None:
    walk = case_at("give_notice", at=moment("03/02/2027", 8, 5))
    clock = walk.case.clocks.get()
    assert (clock.due_on, clock.firm) == (date(2027, 2, 12), False)
    load_calendar(notice(*TET_OFFICIAL), at=walk.now)
    assert services.follow_calendar(at=walk.now) == 0
    clock.refresh_from_db()
    assert (clock.due_on, clock.firm, clock.calendar_version) == (date(2027, 2, 12), True, 2)
    [row] = moves_on_record(walk)
    assert (row.data["moved"][0]["firm"], recounts.moved(row), told()) == (True, [], [])


def test_clock_that_stands_still_follows_when_it_runs_again(notice: Notice) -> None:
    walk = case_at("supplement", story="supplement")
    clock = Clock.objects.get(steps__name="supplement", steps__finished=None)
    assert services.follow_calendar(at=walk.now) == 0
    load_calendar(notice(*TET_OFFICIAL), at=walk.now)
    services.follow_calendar(at=walk.now)
    clock.refresh_from_db()
    assert clock.calendar_version == 1
    walk.wait(1)
    walk.answer_supplement()
    clock.refresh_from_db()
    assert clock.calendar_version == 2


def test_day_that_an_officer_set_stays(notice: Notice) -> None:
    walk = case_at("give_opinion")
    asked = list(walk.case.steps.open().values_list("pk", "due_on"))
    clock = Clock.objects.filter(steps__in=[pk for pk, _day in asked]).distinct().get()
    due_on, off = clock.due_on, walk.now.date()
    while off.weekday() > 4 or off <= walk.now.date():  # a working day that the appraisal counts
        off = date.fromordinal(off.toordinal() + 1)
    load_calendar(notice(f"{off},off,Nghỉ,swap,1/TB,official,,"), at=walk.now)
    assert services.follow_calendar(at=walk.now) == 1
    clock.refresh_from_db()
    assert clock.due_on > due_on
    assert list(walk.case.steps.open().values_list("pk", "due_on")) == asked
    department = people.agency_of(people.person("minh"))
    assert {row.agency_id for row in told()} == {walk.case.applicant_id, department.pk}


def test_officer_who_closes_the_step_meanwhile_keeps_the_deadline_that_was(
    notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, clock = waiting_for_notice(), Clock.objects.get()
    walk.now = NOW

    def meanwhile(*_args: Any, **_more: Any) -> None:
        walk.give_notice()

    # Called between the count in memory and the lock of the case.
    monkeypatch.setattr(clocks, "keep", meanwhile)
    assert swap(notice) == 0
    clock.refresh_from_db()
    assert (clock.due_on, clock.calendar_version) == (date(2026, 10, 7), 1)
    assert (moves_on_record(walk), told()) == ([], [])


def test_run_that_was_broken_off_is_finished_by_the_beat(
    notice: Notice, monkeypatch: pytest.MonkeyPatch, it_is: Callable[[datetime], None]
) -> None:
    walks = [waiting_for_notice(), waiting_for_notice()]
    done = limits.move_deadlines

    def dies(case_id: int, *, at: datetime) -> Any:
        if case_id == walks[1].case.pk:
            raise KeyboardInterrupt
        return done(case_id, at=at)

    monkeypatch.setattr(limits, "move_deadlines", dies)
    with pytest.raises(KeyboardInterrupt):
        swap(notice)
    monkeypatch.setattr(limits, "move_deadlines", done)
    assert [step_of(walk, "give_notice").due_on for walk in walks] == [date(2026, 10, 8), date(2026, 10, 7)]
    it_is(NOW)
    tick()
    tick()
    assert [step_of(walk, "give_notice").due_on for walk in walks] == [date(2026, 10, 8)] * 2
    assert [len(moves_on_record(walk)) for walk in walks] == [1, 1]
    assert len(told()) == 4


def test_deadline_that_reaches_a_missing_year_waits_for_that_year(
    notice: Notice, caplog: pytest.LogCaptureFixture
) -> None:
    walk = case_at("give_notice", at=moment("29/12/2027", 8, 5))
    due_on = walk.case.clocks.get().due_on
    assert due_on == date(2027, 12, 31)
    load_calendar(notice("2027-12-30,off,Nghỉ,swap,1/TB,official,,"), at=walk.now)
    with caplog.at_level(logging.ERROR):
        assert services.follow_calendar(at=walk.now) == 0
    assert "year without calendar" in caplog.text
    assert walk.case.clocks.get().calendar_version == 1
    load_calendar(notice(*WHOLE_2028), at=walk.now)
    assert services.follow_calendar(at=walk.now) == 1
    assert walk.case.clocks.get().due_on == date(2028, 1, 3)
    assert [day["day"] for day in moves_on_record(walk)[0].data["moved"][0]["days"]] == [
        "2027-12-30",
        "2028-01-01",
    ]


def test_file_that_was_refused_for_a_missing_year_is_taken_once_the_year_is_known(notice: Notice) -> None:
    with pytest.raises(CalendarMissing, match="2028"):
        case_at("give_notice", at=moment("31/12/2027", 8, 5))
    load_calendar(notice(*WHOLE_2028), at=moment("31/12/2027", 8, 5))
    walk = case_at("give_notice", at=moment("31/12/2027", 8, 5))
    assert walk.case.clocks.get().calendar_version == 2


def many_clocks(walk: Walk, number: int) -> None:
    """Let the case of `walk` have so many more open steps, each under a clock of its own."""
    step = step_of(walk, "give_notice")
    assert step.clock
    for _ in range(number):
        clock = Clock(
            **{f.attname: getattr(step.clock, f.attname) for f in Clock._meta.fields if f.name != "id"}
        )
        clock.save(force_insert=True)
        step.pk, step.clock = None, clock
        step.save(force_insert=True)


def test_unmoved_deadlines_cost_the_same_few_queries_per_chunk(
    notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_clocks(waiting_for_notice(), 59)
    asked = []
    for number, chunk in enumerate((10, 20, 30), 2):
        monkeypatch.setattr(recounts, "CHUNK", chunk)
        load_calendar(notice(f"2027-11-{number:02},off,Nghỉ,swap,,official,,"), at=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert services.follow_calendar(at=NOW) == 0
        asked.append(len(queries))
    chunks = (6, 3, 2)
    per_chunk = (asked[0] - asked[1]) // 3
    assert asked[1] - asked[2] == per_chunk
    assert asked[0] <= chunks[0] * per_chunk + 3
    assert not recounts.stale(calendar()).exists()


def test_command_lists_first_what_would_move_and_changes_nothing(notice: Notice) -> None:
    walk = waiting_for_notice()
    lan, binh = (people.agency_of(people.person(key)).name for key in ("lan", "binh"))
    line = f"  {walk.case.code}  give_notice  07/10/2026 → 08/10/2026 (told: {lan}, {binh})"
    assert run(str(notice(*SWAP)), "--dry-run").splitlines() == [
        "Calendar version 2: 2 day(s) added or changed.",
        line,
        "Open deadlines: 1 would move, 0 on the same day, more or less certain.",
        "Nothing was changed.",
    ]
    assert (calendar().version, step_of(walk, "give_notice").due_on) == (1, date(2026, 10, 7))


def test_command_tells_what_moved_and_says_nothing_new_when_run_again(
    notice: Notice, it_is: Callable[[datetime], None]
) -> None:
    walk = waiting_for_notice()
    it_is(NOW)
    first, second = run(str(notice(*SWAP))), run(str(notice(*SWAP)))
    assert "Open deadlines: 1 moved" in first
    assert f"{walk.case.code}  give_notice  07/10/2026 → 08/10/2026" in first
    assert second.splitlines() == ["notice.csv says nothing new; calendar version 2 holds."]
    assert step_of(walk, "give_notice").due_on == date(2026, 10, 8)


def test_command_without_a_file_loads_the_one_that_comes_with_the_program() -> None:
    assert run().splitlines() == ["calendar.csv says nothing new; calendar version 1 holds."]


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "2027-02-04,free,x,rule,,official,,",
            r"Nothing was loaded\. notice\.csv, row 2, column kind: 'free' is",
        ),
        ("2027-02-04", r"Nothing was loaded\. notice\.csv, row 2: has 1 cells, not 8"),
    ],
)
def test_command_names_row_column_value_and_reason(
    line: str, message: str, dry: tuple[str, ...], notice: Notice
) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        run(str(notice(line)), *dry)
    assert refused.value.returncode == 2
    assert calendar().version == 1


def test_command_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Nothing was loaded\. .*No such file") as refused:
        run(str(tmp_path / "none.csv"))
    assert refused.value.returncode == 2

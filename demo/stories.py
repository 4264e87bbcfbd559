"""Stories: made-up proposals walked through the services, step by step, at told times.

A story never shortens the way: it acts as its people would, and so ends in a state that a real case
can be in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.states import AgencyKind
from approvals.states import Recommendation, Verdict
from demo.walk import Ended, Walk


def _to_appraisal(walk: Walk) -> None:
    walk.file()
    _from_notice_to_appraisal(walk)


def _from_notice_to_appraisal(walk: Walk) -> None:
    walk.wait(1)
    walk.give_notice()
    walk.let_window_pass()
    walk.wait(2)
    walk.submit_file()
    walk.wait(1)


def _opinions(walk: Walk) -> None:
    walk.wait(1)
    walk.consult(AgencyKind.FINANCE, AgencyKind.CONSTRUCTION, AgencyKind.AGRICULTURE_ENVIRONMENT)
    walk.wait(2)
    walk.give_opinion("tai")
    walk.wait(1)
    walk.give_opinion("xuan", Verdict.AGREE_WITH_CONDITIONS)
    walk.wait(1)
    walk.give_opinion("moc", Verdict.NO_COMMENT)
    walk.wait(2)


def single(walk: Walk) -> None:
    """One applicant, the plain course, established."""
    _to_appraisal(walk)
    _from_appraisal_to_copy(walk)


def _from_appraisal_to_copy(walk: Walk) -> None:
    walk.accept()
    _opinions(walk)
    walk.report()
    walk.wait(1)
    walk.approve()
    walk.wait(2)
    walk.decide()
    walk.wait(1)
    walk.send_copy()


def supplement(walk: Walk) -> None:
    """The file is incomplete at first, and amended once more during the appraisal."""
    _to_appraisal(walk)
    walk.ask_supplement()
    walk.wait(4)
    walk.answer_supplement()
    walk.wait(1)
    walk.accept()
    _opinions(walk)
    walk.ask_supplement_in_appraisal()
    walk.wait(3)
    walk.answer_supplement()
    walk.wait(1)
    walk.report()
    walk.wait(1)
    walk.return_report()
    walk.wait(1)
    walk.report()
    walk.wait(1)
    walk.approve()
    walk.wait(2)
    walk.decide()
    walk.wait(1)
    walk.send_copy()


def rejection(walk: Walk) -> None:
    """The appraisal ends against the proposal, and the city rejects it."""
    _to_appraisal(walk)
    walk.accept()
    walk.wait(1)
    walk.consult(AgencyKind.FINANCE, AgencyKind.PLANNING_ARCHITECTURE)
    walk.wait(2)
    walk.give_opinion("tai", Verdict.DISAGREE)
    walk.wait(1)
    walk.give_opinion("kien", Verdict.DISAGREE)
    walk.wait(2)
    walk.report(Recommendation.REJECT)
    walk.wait(1)
    walk.approve()
    walk.wait(2)
    walk.decide(Recommendation.REJECT)


def withdrawal(walk: Walk) -> None:
    """The investor takes the proposal back while it is being appraised."""
    _to_appraisal(walk)
    walk.accept()
    walk.wait(1)
    walk.consult(AgencyKind.FINANCE, AgencyKind.POLICE)
    walk.wait(1)
    walk.withdraw()


def r3(walk: Walk) -> None:
    """The plain course of a file received on the last day of R3, which counts calendar days."""
    single(walk)


def operation(walk: Walk) -> None:
    """From the investor's draft to a cluster that operates; its plan came back once, its land took long."""
    single(walk)
    develop(walk)


def develop(walk: Walk) -> None:
    """What follows a decision, to operation."""
    walk.wait(15)
    walk.hand_in("submit_plan", "TTr-QH")
    walk.wait(5)
    walk.give_back("approve_plan", "kien", "Bổ sung chỉ tiêu cây xanh và hành lang kênh tiêu.")
    walk.wait(6)
    walk.hand_in("submit_plan", "TTr-QH")
    walk.wait(6)
    walk.grant("approve_plan", "kien", "QĐ-QHKT")
    walk.wait(10)
    walk.hand_in("request_licence", "ĐN-GPMT")
    walk.wait(15)
    walk.grant("issue_licence", "moc", "GPMT-UBND")
    walk.wait(110)
    walk.hand_in("clear_land", "BC-GPMB")
    _from_lease_to_operation(walk)


def _from_lease_to_operation(walk: Walk) -> None:
    walk.wait(30)
    walk.grant("lease_land", "moc", "QĐ-UBND")
    walk.wait(14)
    walk.hand_in("request_permit", "ĐN-GPXD")
    walk.wait(9)
    walk.grant("issue_permit", "xuan", "GPXD")
    walk.wait(8)
    walk.break_ground()
    build(walk)


def build(walk: Walk) -> None:
    """What follows groundbreaking, to operation."""
    walk.wait(52)
    walk.hand_in("build", "BC-HT")
    walk.wait(11)
    walk.hand_in("try_wastewater", "BC-VHTN")
    walk.wait(5)
    walk.grant("accept_wastewater", "moc", "SNNMT-MT")
    walk.wait(4)
    walk.grant("accept_works", "xuan", "SXD-QLCL")
    walk.wait(2)
    walk.hand_in("adopt_regulation", "QC-DV")
    walk.wait(2)
    walk.grant("open_operation", "minh", "SCT-QLCN")


def succession(walk: Walk) -> None:
    """Under R2, at a district: two departments end on 01/03/2025 while their opinions are open, and the
    district on 01/07/2025 while it clears the land. Successors do what was begun.
    """
    walk.commune = "phuc"
    walk.file()
    walk.go_to(date(2025, 1, 16))
    walk.give_notice()
    walk.let_window_pass()
    walk.go_to(date(2025, 2, 10))
    walk.submit_file()
    walk.wait(2)
    walk.accept()
    walk.go_to(date(2025, 2, 20))
    walk.consult(
        AgencyKind.PLANNING_INVESTMENT, AgencyKind.NATURAL_RESOURCES, AgencyKind.PLANNING_ARCHITECTURE
    )
    walk.wait(3)
    walk.give_opinion("kien")
    walk.pass_on(date(2025, 3, 1))
    walk.go_to(date(2025, 3, 3))
    walk.give_opinion("tai")
    walk.wait(0)
    walk.give_opinion("moc", Verdict.AGREE_WITH_CONDITIONS)
    walk.wait(1)
    walk.report()
    walk.wait(1)
    walk.approve()
    walk.wait(5)
    walk.decide()
    walk.wait(1)
    walk.send_copy()
    walk.go_to(date(2025, 4, 1))
    walk.hand_in("submit_plan", "TTr-QH")
    walk.wait(6)
    walk.grant("approve_plan", "kien", "QĐ-QHKT")
    walk.go_to(date(2025, 5, 12))
    walk.hand_in("request_licence", "ĐN-GPMT")
    walk.wait(15)
    walk.grant("issue_licence", "moc", "GPMT-UBND")
    # Which commune follows is not certain: the first run of the day leaves the step where it is.
    walk.pass_on(date(2025, 7, 1))
    walk.go_to(date(2025, 7, 3))
    walk.choose_successor("binh")
    walk.commune = "binh"
    walk.go_to(date(2025, 7, 21))
    walk.hand_in("clear_land", "BC-GPMB")
    _from_lease_to_operation(walk)


def expansion(walk: Walk) -> None:
    """An operating cluster is expanded: its own case beside the operating one."""
    walk.operate()
    _to_appraisal(walk)
    walk.accept()
    _opinions(walk)
    walk.report(Recommendation.EXPAND)
    walk.wait(1)
    walk.approve()
    walk.wait(2)
    walk.decide(Recommendation.EXPAND)
    walk.wait(1)
    walk.send_copy()


def calendar_swap(walk: Walk) -> None:
    """The real notice of 25/12/2025 makes 02/01/2026 a day off while a file of 26/12/2025 waits for its
    public notice: the deadline moves by a day, the promise stays. Then the plain course.
    """
    # Nobody else sees a calendar without the swap: it is known again before this is on record.
    with transaction.atomic():
        walk.know_swap(known=False)
        walk.file()
        walk.go_to(date(2025, 12, 29))
        walk.know_swap(known=True)
    _from_notice_to_appraisal(walk)
    _from_appraisal_to_copy(walk)


STORIES: dict[str, Callable[[Walk], None]] = {
    "single": single,
    "supplement": supplement,
    "rejection": rejection,
    "withdrawal": withdrawal,
    "r3": r3,
    "operation": operation,
    "succession": succession,
    "expansion": expansion,
    "calendar-swap": calendar_swap,
}
# Real clusters of Hanoi: told from the register's facts (`demo.histories`), not walked.
HISTORIES = {"adopt-1736-days": "HN004"}
# Working days that a story takes from filing to its last act, at pace 1, with room for a holiday.
LENGTH = {"single": 26, "supplement": 37, "rejection": 24, "withdrawal": 15, "expansion": 26}
# A story of an earlier law begins on a day of that law.
FIRST_DAY = {
    "r3": date(2026, 9, 14),
    "operation": date(2025, 7, 1),
    "succession": date(2025, 1, 13),
    "calendar-swap": date(2025, 12, 26),
}


def walk(story: str, *, title: str, start_on: date, end: datetime, **how: Any) -> Walk:
    """Walk `story` from the morning of `start_on` as far as `end` allows, and return what happened.

    Raises:
        KeyError: there is no such story.
    """
    start = timezone.make_aware(datetime.combine(start_on, time(8, 5)))
    walked = Walk(name=title, now=start, end=end, **how)
    with suppress(Ended):
        STORIES[story](walked)
    return walked


def as_json(walked: Walk) -> dict[str, Any]:
    """Return the story as plain values."""
    case = walked.case
    told = {
        "case": case.code,
        "kind": case.kind,
        "cluster": walked.name,
        "rule_set": case.rule_set,
        "stage": case.state,
        "dossier": walked.dossier.code if walked.dossier else "",
        "events": [asdict(event) for event in walked.events],
    }
    if walked.expands:
        areas = {"area_before_ha": walked.expands.area_ha, "area_after_ha": case.cluster.area_ha}
        told |= {name: str(area) for name, area in areas.items()}
    return told

"""Every verb of the establishment procedure, called alike: `VERBS[name].call(step_id, by=…, at=…)`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.models import User
from approvals.procedures.establishment import services
from approvals.procedures.establishment.services import Point
from approvals.states import Recommendation, Verdict
from demo import people
from records.clock import local_day
from tests.factories import cases
from tests.factories.cases import Walk, case_at, signed_paper
from workflows.models import Step
from workflows.states import MilestoneKind


@dataclass(frozen=True)
class Verb:
    """What a verb does (`step`), who of the demo does it (`key`), and how it is called."""

    step: str
    key: str
    call: Callable[..., Any]


VERBS: dict[str, Verb] = {}


def ready(name: str) -> tuple[Walk, Step, User, Callable[..., Any]]:
    """Return a case before the verb `name`, its step, who may do it, and how."""
    verb = VERBS[name]
    walk = case_at(verb.step, story="supplement" if verb.step == "supplement" else "single")
    cases.later(walk, 1)
    steps = walk.case.steps.open().filter(name=verb.step)
    if verb.step == "give_opinion":
        steps = steps.filter(agency=people.agency_of(people.person("tai")))
    return walk, steps.get(), people.user(verb.key), verb.call


def _verb(step: str, key: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def enter(call: Callable[..., Any]) -> Callable[..., Any]:
        VERBS[call.__name__] = Verb(step, key, call)
        return call

    return enter


@_verb("give_notice", "binh")
def give_notice(step_id: int, **who: Any) -> Any:
    today = local_day(who["at"])
    return services.give_notice(step_id=step_id, number="1/TB", published_on=today, where="Cổng xã", **who)


@_verb("submit_file", "binh")
def submit_file(step_id: int, **who: Any) -> Any:
    today = local_day(who["at"])
    return services.submit_file(step_id=step_id, number="2/TTr", signed_on=today, **signed_paper(), **who)


@_verb("check_intake", "minh")
def accept_file(step_id: int, **who: Any) -> Any:
    return services.accept_file(step_id=step_id, **who)


@_verb("check_intake", "minh")
def ask_supplement_at_intake(step_id: int, **who: Any) -> Any:
    return services.ask_supplement_at_intake(step_id=step_id, points=[Point("D-d", "Thiếu")], **who)


@_verb("supplement", "lan")
def answer_supplement(step_id: int, **who: Any) -> Any:
    return services.answer_supplement(step_id=step_id, answer="Đã bổ sung", **who)


@_verb("plan_consultation", "minh")
def plan_consultation(step_id: int, **who: Any) -> Any:
    agencies = [people.agency_of(people.person("tai"))]
    answer_by = local_day(who["at"]) + timedelta(days=7)
    return services.plan_consultation(
        step_id=step_id, agencies=agencies, question="?", answer_by=answer_by, **who
    )


@_verb("give_opinion", "tai")
def give_opinion(step_id: int, **who: Any) -> Any:
    return services.give_opinion(step_id=step_id, verdict=Verdict.AGREE, reasons="", conditions="", **who)


@_verb("give_opinion", "minh")
def take_back_consultation(step_id: int, **who: Any) -> Any:
    return services.take_back_consultation(step_id=step_id, reason="Quá hạn", **who)


@_verb("draft_report", "minh")
def submit_report(step_id: int, **who: Any) -> Any:
    recommendation = Recommendation.ESTABLISH
    return services.submit_report(
        step_id=step_id, findings="Hợp lệ", on_untold="Đủ", recommendation=recommendation, **who
    )


@_verb("draft_report", "minh")
def ask_supplement_in_appraisal(step_id: int, **who: Any) -> Any:
    return services.ask_supplement_in_appraisal(step_id=step_id, points=[Point("", "Làm rõ")], **who)


@_verb("review_report", "thao")
def approve_report(step_id: int, **who: Any) -> Any:
    return services.approve_report(step_id=step_id, comments="", **who)


@_verb("review_report", "thao")
def return_report(step_id: int, **who: Any) -> Any:
    return services.return_report(step_id=step_id, comments="Làm rõ", **who)


def progress(signed_on: date) -> dict[MilestoneKind, date]:
    """Return days that a decision signed on `signed_on` can fix."""
    return {kind: signed_on + timedelta(days=100 * n) for n, kind in enumerate(MilestoneKind, 1)}


@_verb("decide", "chau")
def decide(step_id: int, *, number: str = "5123/QĐ-UBND", **who: Any) -> Any:
    today = local_day(who["at"])
    return services.decide(
        step_id=step_id,
        outcome=Recommendation.ESTABLISH,
        number=number,
        signed_on=today,
        reasons="Theo báo cáo",
        progress=progress(today),
        **who,
    )


@_verb("send_copy", "van")
def send_copy(step_id: int, **who: Any) -> Any:
    return services.send_copy(step_id=step_id, number="9/UBND", sent_on=local_day(who["at"]), **who)

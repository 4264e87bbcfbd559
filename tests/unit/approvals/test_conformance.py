"""A log replayed: the whole course finds nothing, and each way to depart from it is found alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.states import AgencyKind, Role
from approvals.conformance import Deviation, conforms, replay
from approvals.logs import Leaf, Log, Opinion, Ruling, Run, Version, Visit
from approvals.procedures.development.flows import Development
from approvals.procedures.establishment.flows import Establishment
from approvals.states import DeviationKind, PaperKind, Severity
from law import calendars
from law.calendars import Calendar
from law.rows import Provision
from law.rulesets import provision
from law.states import Grade, PauseRule
from workflows.orders import order_of
from workflows.states import Ending, Procedure

CALENDAR = Calendar(1, calendars.read(calendars.DEFAULT_FILE))
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 10)
DRAFTER, REVIEWER, DECIDER = 1, 2, 3
ALL_ROLES = frozenset(Role.values)
COMMUNE, DEPARTMENT, CITY = AgencyKind.COMMUNE, AgencyKind.INDUSTRY_TRADE, AgencyKind.CITY_COMMITTEE


def at(day: str, hour: int = 9) -> datetime:
    """Return an hour of `day` ("16/10") of 2026 in Hanoi."""
    return datetime(2026, int(day[3:]), int(day[:2]), hour, tzinfo=HANOI)


def on(day: str) -> date:
    return at(day).date()


def visit(
    step: str, agency: AgencyKind, begin: str, end: str, outcome: str = "done", due: str = "", clock: int = 0
) -> Visit:
    return Visit(
        step=step,
        agency=agency,
        entered_at=at(begin),
        left_at=at(end) if end else None,
        outcome=outcome if end else "",
        roles=ALL_ROLES if end else None,
        due_on=on(due) if due else None,
        clock=clock or None,
    )


ESTABLISHED = (
    visit("give_notice", COMMUNE, "05/10", "06/10", due="07/10", clock=1),
    visit("receive_files", COMMUNE, "06/10", "14/10", due="13/10", clock=2),
    visit("submit_file", COMMUNE, "14/10", "15/10", due="20/10", clock=3),
    visit("check_intake", DEPARTMENT, "15/10", "16/10", "complete", due="12/11", clock=4),
    visit("plan_consultation", DEPARTMENT, "16/10", "19/10", due="12/11", clock=4),
    visit("give_opinion", AgencyKind.FINANCE, "19/10", "21/10", due="26/10", clock=4),
    visit("give_opinion", AgencyKind.POLICE, "19/10", "22/10", due="26/10", clock=4),
    visit("draft_report", DEPARTMENT, "22/10", "27/10", "submitted", due="12/11", clock=4),
    visit("review_report", DEPARTMENT, "27/10", "28/10", "approved", due="12/11", clock=4),
    visit("decide", CITY, "28/10", "30/10", "establish", due="04/11", clock=5),
    visit("send_copy", CITY, "30/10", "02/11"),
)
STEPS = [one.step for one in ESTABLISHED]


def run(visits: tuple[Visit, ...], flow: Any = Establishment) -> Run:
    ordered = tuple(sorted(visits, key=lambda one: one.entered_at))
    return Run(procedure=Procedure(flow.procedure), order=order_of(flow), visits=ordered)


WHOLE = Log(
    code="HN001",
    rule_set="R4",
    runs=(run(ESTABLISHED),),
    opinions=(
        Opinion(agency="Finance", asked_at=at("19/10"), answer_by=on("26/10"), answered_at=at("21/10")),
        Opinion(agency="Police", asked_at=at("19/10"), answer_by=on("26/10"), answered_at=at("22/10")),
    ),
    versions=(Version(drafted_by=DRAFTER, reviewed_by=REVIEWER, reviewed_at=at("28/10"), approved=True),),
    rulings=(Ruling(signed_on=on("30/10"), decided_at=at("30/10"), decided_by=DECIDER, issuer=CITY),),
    papers=(
        Leaf(kind=PaperKind.NOTICE, step="give_notice", issued_on=on("06/10"), at=at("06/10")),
        Leaf(kind=PaperKind.SUBMISSION, step="submit_file", issued_on=on("15/10"), at=at("15/10")),
        Leaf(kind=PaperKind.COPY, step="send_copy", issued_on=on("02/11"), at=at("02/11")),
    ),
)
PREPARED = (
    visit("submit_plan", AgencyKind.INVESTOR, "02/03", "03/03"),
    visit("approve_plan", AgencyKind.PLANNING_ARCHITECTURE, "03/03", "10/03", "granted"),
    visit("request_licence", AgencyKind.INVESTOR, "10/03", "16/03"),
    visit("clear_land", COMMUNE, "10/03", "15/07"),
    visit("issue_licence", AgencyKind.AGRICULTURE_ENVIRONMENT, "16/03", "01/04", "granted"),
    visit("lease_land", AgencyKind.AGRICULTURE_ENVIRONMENT, "15/07", "20/08", "granted"),
    visit("request_permit", AgencyKind.INVESTOR, "20/08", "03/09"),
)


def walked(*visits: Visit, **facts: Any) -> Log:
    """Return the whole log with its visits replaced."""
    return replace(WHOLE, runs=(run(visits),), **facts)


def without(*steps: str, **facts: Any) -> Log:
    return walked(*(one for one in ESTABLISHED if one.step not in steps), **facts)


def with_changed(step: str, **facts: Any) -> Log:
    """Return the whole log with what its visits to `step` tell replaced."""
    return walked(*(replace(one, **facts) if one.step == step else one for one in ESTABLISHED))


def up_to(step: str, *, begin: str, due: str = "") -> Log:
    """Return the log of a case in which `step` is open since `begin`."""
    open_step = visit(step, ESTABLISHED[STEPS.index(step)].agency, begin, "", due=due, clock=9)
    return walked(*ESTABLISHED[: STEPS.index(step)], open_step, versions=(), rulings=(), papers=())


def prepared(*visits: Visit) -> Log:
    return Log(code="HN002", rule_set="R4", runs=(run(visits, Development),))


def found(log: Log, **how: Any) -> list[Deviation]:
    return replay(log, today=TODAY, calendar=CALENDAR, **how)


def told(log: Log, **how: Any) -> list[tuple[str, str, date]]:
    return [(one.kind, one.step, one.on) for one in found(log, **how)]


# --- what is no deviation -------------------------------------------------------------------------
def test_the_whole_course_finds_nothing() -> None:
    assert found(WHOLE) == []
    assert conforms(WHOLE, []) is True


def test_a_case_without_a_log_is_not_called_conformant() -> None:
    empty = Log(code="HN900", rule_set="")
    assert found(empty) == []
    assert conforms(empty, []) is None


SUPPLEMENTED = walked(
    *ESTABLISHED[:3],
    visit("check_intake", DEPARTMENT, "15/10", "16/10", "incomplete", due="12/11", clock=4),
    visit("supplement", AgencyKind.INVESTOR, "16/10", "20/10", "to_intake", clock=4),
    visit("check_intake", DEPARTMENT, "20/10", "21/10", "complete", due="17/11", clock=6),
    visit("plan_consultation", DEPARTMENT, "21/10", "22/10", due="17/11", clock=6),
    visit("give_opinion", AgencyKind.FINANCE, "22/10", "23/10", due="26/10", clock=6),
    visit("draft_report", DEPARTMENT, "23/10", "26/10", "supplement", due="17/11", clock=6),
    visit("supplement", AgencyKind.INVESTOR, "26/10", "28/10", "to_appraisal", clock=6),
    visit("draft_report", DEPARTMENT, "28/10", "29/10", "submitted", due="19/11", clock=6),
    visit("review_report", DEPARTMENT, "29/10", "30/10", "returned", due="19/11", clock=6),
    visit("draft_report", DEPARTMENT, "30/10", "02/11", "submitted", due="19/11", clock=6),
    visit("review_report", DEPARTMENT, "02/11", "03/11", "approved", due="19/11", clock=6),
    visit("decide", CITY, "03/11", "05/11", "reject", due="10/11", clock=7),
    supplements=(at("16/10"), at("26/10")),
    versions=(
        Version(drafted_by=DRAFTER, reviewed_by=REVIEWER, reviewed_at=at("30/10")),
        Version(drafted_by=DRAFTER, reviewed_by=REVIEWER, reviewed_at=at("03/11"), approved=True),
    ),
    rulings=(Ruling(signed_on=on("05/11"), decided_at=at("05/11"), decided_by=DECIDER, issuer=CITY),),
    papers=(),
)


def test_two_supplements_a_returned_report_and_a_rejection_find_nothing() -> None:
    assert found(SUPPLEMENTED) == []


def test_a_withdrawal_finds_nothing_even_after_the_last_day() -> None:
    left = [
        replace(one, left_at=at("09/11"), outcome=Ending.WITHDRAWN, roles=None, due_on=on("26/10"))
        for one in ESTABLISHED[5:7]
    ]
    unanswered = tuple(replace(one, answered_at=None) for one in WHOLE.opinions)
    log = walked(*ESTABLISHED[:5], *left, opinions=unanswered, versions=(), rulings=(), papers=())
    assert found(log) == []


def test_the_arms_after_the_plan_may_end_in_any_order() -> None:
    assert found(prepared(*PREPARED)) == []
    late_licence = replace(PREPARED[4], left_at=at("20/08"))
    assert found(prepared(*PREPARED[:4], late_licence, *PREPARED[5:])) == []


def test_a_case_taken_up_while_it_was_built_misses_nothing_before() -> None:
    built = (
        visit("build", AgencyKind.INVESTOR, "02/03", "01/06"),
        visit("try_wastewater", AgencyKind.INVESTOR, "01/06", "01/07"),
    )
    assert found(prepared(*built)) == []


def test_an_open_step_is_late_only_once_its_day_has_passed() -> None:
    assert found(up_to("decide", begin="04/11", due="10/11")) == []
    assert told(up_to("decide", begin="02/11", due="09/11")) == [("late", "decide", TODAY)]


def test_a_window_is_not_late_when_the_system_closes_it_the_day_after() -> None:
    assert found(up_to("receive_files", begin="26/10", due="09/11")) == []


def test_a_step_that_the_rule_set_does_not_know_is_not_missed() -> None:
    # R1 has no row for the notice and the window.
    districts = [
        replace(one, agency=AgencyKind.DISTRICT, entered_at=moved(one.entered_at), left_at=moved(one.left_at))
        for one in ESTABLISHED
        if one.step == "submit_file"
    ]
    log = Log(code="HN003", rule_set="R1", runs=(run(tuple(districts)),))
    assert found(log) == []


def moved(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment.replace(year=2018)


# --- what is one ----------------------------------------------------------------------------------
def late_opinion(log: Log) -> Log:
    first, second = log.opinions
    late = replace(second, answer_by=on("21/10"))
    return replace(log, opinions=(first, late))


def unanswered(log: Log, **facts: Any) -> Log:
    first, second = log.opinions
    return replace(log, opinions=(first, replace(second, answered_at=None, **facts)))


def with_paper(kind: PaperKind, day: str) -> Log:
    papers = tuple(replace(one, issued_on=on(day)) if one.kind == kind else one for one in WHOLE.papers)
    return replace(WHOLE, papers=papers)


def with_ruling(**facts: Any) -> Log:
    return replace(WHOLE, rulings=(replace(WHOLE.rulings[0], **facts),))


def reviewed_by(person: int) -> Log:
    return replace(WHOLE, versions=(replace(WHOLE.versions[0], reviewed_by=person),))


def reviewed_later() -> Log:
    visits = [
        replace(one, left_at=at("04/11")) if one.step == "review_report" else one for one in ESTABLISHED
    ]
    return walked(*visits, versions=(replace(WHOLE.versions[0], reviewed_at=at("04/11")),))


K = DeviationKind
# The row of the law that each step is held against.
LAW = {
    "give_notice": "E20",
    "submit_file": "E40",
    "check_intake": "E50",
    "supplement": "E55",
    "give_opinion": "E50",
    "draft_report": "E50",
    "review_report": "E50",
    "decide": "E70",
    "send_copy": "E80",
}
DEVIATIONS: list[tuple[str, Callable[[], Log], DeviationKind, str, str, str]] = [
    (
        "the notice was left out",
        lambda: without("give_notice"),
        K.SKIPPED_STEP,
        "give_notice",
        "06/10",
        "“Public notice of receiving files” never began, yet “Window for receiving files” did.",
    ),
    (
        "the intake was left out",
        lambda: without("check_intake"),
        K.SKIPPED_STEP,
        "check_intake",
        "16/10",
        "“Check that the file is complete” never began, yet “Choice of the agencies to consult” did.",
    ),
    (
        "nobody was consulted",
        lambda: without("plan_consultation", "give_opinion", opinions=()),
        K.SKIPPED_OPINION,
        "give_opinion",
        "22/10",
        "The appraisal went on without asking any agency.",
    ),
    (
        "one never answered",
        lambda: unanswered(WHOLE, ended_at=at("22/10")),
        K.SKIPPED_OPINION,
        "give_opinion",
        "22/10",
        "The appraisal went on without the opinion of: Police.",
    ),
    (
        "one was taken back",
        lambda: unanswered(WHOLE, ended_at=at("23/10"), taken_back=True),
        K.SKIPPED_OPINION,
        "give_opinion",
        "23/10",
        "The appraisal went on without the opinion of: Police.",
    ),
    (
        "the check began before the file was submitted",
        lambda: with_changed("submit_file", left_at=at("16/10")),
        K.WRONG_ORDER,
        "check_intake",
        "15/10",
        "“Check that the file is complete” began before “Submission of the file to the Department” had"
        " ended and led to it.",
    ),
    (
        "the report began while an opinion was open",
        lambda: with_changed("give_opinion", left_at=at("23/10")),
        K.WRONG_ORDER,
        "draft_report",
        "22/10",
        "“Appraisal report” began before “Opinion of a consulted agency” had ended and led to it.",
    ),
    (
        "the review began again without a new report",
        lambda: walked(*ESTABLISHED, visit("review_report", DEPARTMENT, "29/10", "30/10", "approved")),
        K.WRONG_ORDER,
        "review_report",
        "29/10",
        "“Review of the appraisal report” began before “Appraisal report” had ended and led to it.",
    ),
    (
        "a district acted after its end",
        lambda: with_changed("give_notice", agency=AgencyKind.DISTRICT),
        K.WITHOUT_COMPETENCE,
        "give_notice",
        "06/10",
        "Done by: District People's Committee. Competent on that day: Commune People's Committee.",
    ),
    (
        "another department appraised",
        lambda: with_changed("draft_report", agency=AgencyKind.FINANCE),
        K.WITHOUT_COMPETENCE,
        "draft_report",
        "27/10",
        "Done by: Department of Finance. Competent on that day: Department of Industry and Trade.",
    ),
    (
        "no leader decided",
        lambda: with_changed("decide", roles=frozenset({Role.OFFICER})),
        K.WITHOUT_COMPETENCE,
        "decide",
        "30/10",
        "The person who did it did not have this role there on that day: Leader.",
    ),
    (
        "the agency had ended",
        lambda: with_changed("send_copy", existed=False),
        K.WITHOUT_COMPETENCE,
        "send_copy",
        "02/11",
        "The agency did not exist on that day.",
    ),
    (
        "the commune issued the decision",
        lambda: with_ruling(issuer=COMMUNE),
        K.WITHOUT_COMPETENCE,
        "decide",
        "30/10",
        "Done by: Commune People's Committee. Competent on that day: City People's Committee.",
    ),
    (
        "the drafter approved",
        lambda: reviewed_by(DRAFTER),
        K.WITHOUT_COMPETENCE,
        "review_report",
        "28/10",
        "One person drafted the report and approved it.",
    ),
    (
        "the reviewer decided",
        lambda: with_ruling(decided_by=REVIEWER),
        K.WITHOUT_COMPETENCE,
        "decide",
        "30/10",
        "Whoever drafted or reviewed the report also decided.",
    ),
    (
        "the notice was late",
        lambda: with_changed("give_notice", due_on=on("05/10")),
        K.LATE,
        "give_notice",
        "06/10",
        "Done 1 working day after its last day, 05/10/2026.",
    ),
    (
        "the appraisal was late, told once for its clock",
        lambda: walked(
            *(
                replace(one, due_on=on("23/10")) if one.step in ("draft_report", "review_report") else one
                for one in ESTABLISHED
            )
        ),
        K.LATE,
        "review_report",
        "28/10",
        "Done 3 working days after its last day, 23/10/2026.",
    ),
    (
        "an answer came late and was used",
        lambda: late_opinion(WHOLE),
        K.LATE_ANSWER_USED,
        "give_opinion",
        "22/10",
        "Answered after the day that was set, 21/10/2026, and used: Police.",
    ),
    (
        "a supplement was asked after the report",
        lambda: replace(WHOLE, supplements=(at("29/10"),)),
        K.SUPPLEMENT_AFTER_WINDOW,
        "supplement",
        "29/10",
        "Asked while no check or appraisal of the file was open, or after the report.",
    ),
    (
        "a supplement was asked after the last day",
        lambda: walked(
            *(
                replace(one, due_on=on("23/10")) if one.outcome == "supplement" else one
                for one in SUPPLEMENTED.runs[0].visits
            ),
            supplements=SUPPLEMENTED.supplements,
            versions=SUPPLEMENTED.versions,
            rulings=SUPPLEMENTED.rulings,
            papers=(),
        ),
        K.SUPPLEMENT_AFTER_WINDOW,
        "supplement",
        "26/10",
        "Asked after the last day of the appraisal, 23/10/2026.",
    ),
    (
        "the report was approved after the decision",
        reviewed_later,
        K.DECISION_BEFORE_REPORT,
        "decide",
        "30/10",
        "Decided before an appraisal report was approved.",
    ),
    (
        "there was no report at all",
        lambda: without("draft_report", "review_report", versions=()),
        K.DECISION_BEFORE_REPORT,
        "decide",
        "30/10",
        "Decided before an appraisal report was approved.",
    ),
    (
        "the decision is dated before the report",
        lambda: with_ruling(signed_on=on("27/10")),
        K.PAPER_OUT_OF_ORDER,
        "decide",
        "27/10",
        "Decision: dated 27/10/2026, though what it follows is of 28/10/2026.",
    ),
    (
        "the submission is dated before the end of the window",
        lambda: with_paper(PaperKind.SUBMISSION, "12/10"),
        K.PAPER_OUT_OF_ORDER,
        "submit_file",
        "12/10",
        "Submission of the commune: dated 12/10/2026, though what it follows is of 13/10/2026.",
    ),
    (
        "the notice is dated before the request",
        lambda: with_paper(PaperKind.NOTICE, "02/10"),
        K.PAPER_OUT_OF_ORDER,
        "give_notice",
        "02/10",
        "Notice of receiving files: dated 02/10/2026, though what it follows is of 05/10/2026.",
    ),
    (
        "the copy is dated before the decision",
        lambda: with_paper(PaperKind.COPY, "29/10"),
        K.PAPER_OUT_OF_ORDER,
        "send_copy",
        "29/10",
        "Copy of the decision to the ministry: dated 29/10/2026, though what it follows is of 30/10/2026.",
    ),
]


@pytest.mark.parametrize(
    ("log", "kind", "step", "day", "says"),
    [row[1:] for row in DEVIATIONS],
    ids=[row[0] for row in DEVIATIONS],
)
def test_a_log_that_departs_gives_this_deviation_and_no_other(
    log: Callable[[], Log], kind: DeviationKind, step: str, day: str, says: str
) -> None:
    (one,) = found(log())
    assert (one.kind, one.step, one.on, one.says) == (kind, step, on(day), says)
    row = provision("R4", LAW[step])
    assert one.article == row.citation_en
    assert (one.grade, one.severity) == (row.grade, Severity.BREACH)
    assert conforms(log(), [one]) is False


def test_the_article_is_told_in_full() -> None:
    (one,) = found(without("give_notice"))
    assert one.article == ("Article 10, clause 1, Decree 32/2024/NĐ-CP (as amended by Decree 303/2026/NĐ-CP)")


def test_a_question_taken_back_was_not_done_by_the_wrong_person() -> None:
    visits = list(ESTABLISHED)
    visits[6] = replace(visits[6], outcome="taken_back", roles=frozenset())
    log = replace(unanswered(WHOLE, ended_at=at("22/10"), taken_back=True), runs=(run(tuple(visits)),))
    assert told(log) == [(K.SKIPPED_OPINION, "give_opinion", on("22/10"))]


def test_each_kind_is_found_in_some_log() -> None:
    assert {row[2] for row in DEVIATIONS} == set(DeviationKind)


def test_an_opinion_that_came_late_and_was_not_used_is_none() -> None:
    # The proposal was withdrawn before the report.
    log = walked(*ESTABLISHED[:7], opinions=late_opinion(WHOLE).opinions, versions=(), rulings=(), papers=())
    assert found(log) == []


def test_an_opinion_on_its_last_day_is_in_time() -> None:
    first, second = WHOLE.opinions
    assert found(replace(WHOLE, opinions=(first, replace(second, answer_by=on("22/10"))))) == []


def test_a_second_pause_of_a_clock_that_may_stop_once_is_one_supplement_too_many() -> None:
    def rows(rule_set: str, step: str) -> Provision:
        row = provision(rule_set, step)
        return replace(row, pauses=PauseRule.ONCE) if step == "E50" else row

    one_clock = tuple(replace(one, clock=4) if one.clock else one for one in SUPPLEMENTED.runs[0].visits)
    log = replace(SUPPLEMENTED, runs=(run(one_clock),))
    (one,) = found(log, rows=rows)
    assert (one.kind, one.on) == (DeviationKind.SUPPLEMENT_AFTER_WINDOW, on("26/10"))
    assert one.says == "Asked 2 times; the law lets the clock stop once."


def test_a_row_that_does_not_bind_supports_a_hint_and_no_breach() -> None:
    def recalled(rule_set: str, step: str) -> Provision:
        return replace(provision(rule_set, step), grade=Grade.RECALLED)

    log = without("give_notice")
    (one,) = found(log, rows=recalled)
    assert (one.grade, one.severity) == (Grade.RECALLED, Severity.HINT)
    assert conforms(log, [one]) is True


def test_the_permit_waits_for_both_arms() -> None:
    early = replace(PREPARED[6], entered_at=at("10/08"), left_at=at("25/08"))
    (one,) = found(prepared(*PREPARED[:6], early))
    assert (one.kind, one.step) == (DeviationKind.WRONG_ORDER, "request_permit")
    assert one.says.endswith("began before “Land lease and handover” had ended and led to it.")


def test_an_arm_left_out_after_the_plan_is_skipped_and_cites_the_order_of_the_decree() -> None:
    deviations = found(prepared(*(one for one in PREPARED if one.step not in ("clear_land", "lease_land"))))
    assert [(one.kind, one.step) for one in deviations] == [
        (DeviationKind.SKIPPED_STEP, "clear_land"),
        (DeviationKind.SKIPPED_STEP, "lease_land"),
    ]
    # The row on the lease names no article that is known, so the order of the decree stands in.
    assert [one.article for one in deviations] == [
        "Article 85, Law on Land 2024",
        "Article 14, Decree 32/2024/NĐ-CP",
    ]


def before_the_communes(agency: AgencyKind, year: int) -> Log:
    notice = replace(
        ESTABLISHED[0],
        agency=agency,
        entered_at=ESTABLISHED[0].entered_at.replace(year=year),
        left_at=moved(ESTABLISHED[0].left_at).replace(year=year),
        due_on=None,
    )
    return Log(code="HN004", rule_set="R2", runs=(run((notice,)),))


def test_the_district_is_competent_before_the_communes_and_not_after() -> None:
    assert found(before_the_communes(AgencyKind.DISTRICT, 2024)) == []
    (early,) = found(before_the_communes(COMMUNE, 2024))
    assert early.says == (
        "Done by: Commune People's Committee. Competent on that day: District People's Committee."
    )
    assert early.article == "Article 10, clause 1, Decree 32/2024/NĐ-CP"


def test_a_file_of_an_earlier_law_is_the_communes_by_the_clause_that_hands_it_over() -> None:
    assert found(before_the_communes(COMMUNE, 2025)) == []
    (late,) = found(before_the_communes(AgencyKind.DISTRICT, 2025))
    assert late.article == "Article 22, clause 2, Decree 139/2025/NĐ-CP"

"""Establishing or expanding a cluster (E10 … E80): the steps as they are walked, read like the law."""

from django.utils.translation import gettext_lazy as _
from viewflow import this

from accounts.states import AgencyKind, Role
from clusters.states import Stage
from workflows.flows import CaseFlow
from workflows.nodes import End, FanIn, FanOut, Start, Wait, Work
from workflows.states import AFTER_DECISION, Procedure


class Establishment(CaseFlow):
    """Establishment or expansion of an industrial cluster, with one applicant; the case's kind tells which.

    The rule set pinned on the case gives every limit. The council that scores applicants (E60) is
    not part of this version.

    Source: Decree 32/2024/NĐ-CP, Art. 10, as amended.
    """

    process_title = _("Establishment or expansion of a cluster")
    procedure = Procedure.ESTABLISHMENT
    path = (
        "give_notice",
        "receive_files",
        "submit_file",
        "check_intake",
        "plan_consultation",
        "give_opinion",
        "draft_report",
        "review_report",
        "decide",
        "send_copy",
    )

    start = Start().Next(this.give_notice)

    give_notice = Work(
        actor=AgencyKind.COMMUNE,
        role=Role.OFFICER,
        limit="E20",
        stages=[Stage.PROPOSED],
        page="establishment:give_notice",
        title=_("Public notice of receiving files"),
    ).Next(this.receive_files)

    receive_files = Wait(
        actor=AgencyKind.COMMUNE,
        limit="E30",
        stages=[Stage.PROPOSED],
        title=_("Window for receiving files"),
    ).Next(this.submit_file)

    submit_file = Work(
        actor=AgencyKind.COMMUNE,
        role=Role.OFFICER,
        limit="E40",
        stages=[Stage.PROPOSED],
        page="establishment:submit_file",
        title=_("Submission of the file to the Department"),
    ).Next(this.check_intake)

    check_intake = (
        Work(
            actor=AgencyKind.INDUSTRY_TRADE,
            role=Role.OFFICER,
            limit="E50",
            stages=[Stage.PROPOSED],
            page="establishment:check_intake",
            title=_("Check that the file is complete"),
        )
        .On("complete", this.plan_consultation)
        .On("incomplete", this.supplement)
    )

    supplement = (
        Work(
            actor=None,
            role=Role.APPLICANT,
            inside=True,
            stops_clock=True,
            stages=[Stage.PROPOSED, Stage.UNDER_APPRAISAL],
            page="establishment:supplement",
            title=_("Supplement to the file"),
        )
        .On("to_intake", this.check_intake)
        .On("to_appraisal", this.draft_report)
    )

    plan_consultation = Work(
        actor=AgencyKind.INDUSTRY_TRADE,
        role=Role.OFFICER,
        limit="E50",
        stages=[Stage.UNDER_APPRAISAL],
        page="establishment:plan_consultation",
        title=_("Choice of the agencies to consult"),
    ).Next(this.consult)

    consult = FanOut().Next(this.give_opinion)

    give_opinion = (
        Work(
            actor=None,
            role=Role.OFFICER,
            inside=True,
            stages=[Stage.UNDER_APPRAISAL],
            page="establishment:give_opinion",
            title=_("Opinion of a consulted agency"),
        )
        .Next(this.opinions_in)
        .On("taken_back", this.opinions_in)
        .On("silent", this.opinions_in)
    )

    opinions_in = FanIn().Next(this.draft_report)

    draft_report = (
        Work(
            actor=AgencyKind.INDUSTRY_TRADE,
            role=Role.OFFICER,
            limit="E50",
            stages=[Stage.UNDER_APPRAISAL],
            page="establishment:draft_report",
            title=_("Appraisal report"),
        )
        .On("submitted", this.review_report)
        .On("supplement", this.supplement)
    )

    review_report = (
        Work(
            actor=AgencyKind.INDUSTRY_TRADE,
            role=Role.REVIEWER,
            limit="E50",
            stages=[Stage.UNDER_APPRAISAL],
            page="establishment:review_report",
            title=_("Review of the appraisal report"),
        )
        .On("approved", this.decide)
        .On("returned", this.draft_report)
    )

    decide = (
        Work(
            actor=AgencyKind.CITY_COMMITTEE,
            role=Role.LEADER,
            limit="E70",
            stages=[Stage.APPRAISED],
            page="establishment:decide",
            title=_("Decision of the city People's Committee"),
        )
        .On("establish", this.send_copy)
        .On("expand", this.send_copy)
        .On("reject", this.end)
    )

    send_copy = Work(
        actor=AgencyKind.CITY_COMMITTEE,
        role=Role.OFFICER,
        # Nothing after the decision waits for the copy.
        stages=[*AFTER_DECISION, Stage.OPERATING],
        page="establishment:send_copy",
        title=_("Copy of the decision to the ministry"),
    ).Next(this.end)

    end = End()

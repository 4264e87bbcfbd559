"""From the decision to operation (P11 … P80): the steps as they are walked."""

from django.utils.translation import gettext_lazy as _
from viewflow import this

from accounts.states import AgencyKind, Role
from clusters.states import Stage
from workflows.flows import CaseFlow
from workflows.nodes import End, FanIn, Fork, Start, Work
from workflows.states import MilestoneKind, Procedure


class Development(CaseFlow):
    """What follows the decision: plan, environment, land, permit, groundbreaking, construction, operation.

    A limit is a row of the general law that sets it; every other day is the decision's own progress.
    The decree gives the order plan, preparation, construction, operation, and leaves open what may run
    side by side: here environment and land do, and the permit follows both. Who approves detailed
    plans in Hanoi since 1/7/2025 is not confirmed; this version asks Planning and Architecture.

    Source: Decree 32/2024/NĐ-CP, Art. 14, 19(1); the steps' own articles are in `docs/law.md`, POST.
    """

    process_title = _("From decision to operation")
    procedure = Procedure.DEVELOPMENT
    path = (
        "submit_plan",
        "approve_plan",
        "request_licence",
        "issue_licence",
        "clear_land",
        "lease_land",
        "request_permit",
        "issue_permit",
        "break_ground",
        "build",
        "try_wastewater",
        "accept_wastewater",
        "accept_works",
        "adopt_regulation",
        "open_operation",
    )

    start = Start().Next(this.submit_plan)
    # Where a cluster of the register is taken up that was under construction already.
    start_building = Start().Next(this.build)

    submit_plan = Work(
        actor=None,
        role=Role.APPLICANT,
        milestone=MilestoneKind.PLAN,
        stages=[Stage.ESTABLISHED, Stage.PREPARING],
        page="development:submit_plan",
        title=_("Detailed plan 1/500"),
    ).Next(this.approve_plan)

    approve_plan = (
        Work(
            actor=AgencyKind.PLANNING_ARCHITECTURE,
            role=Role.OFFICER,
            limit="P13",
            milestone=MilestoneKind.PLAN,
            stages=[Stage.PREPARING],
            page="development:approve_plan",
            title=_("Approval of the detailed plan"),
        )
        .On("granted", this.preparations)
        .On("returned", this.submit_plan)
    )

    preparations = Fork().Next(this.request_licence).Next(this.clear_land)

    request_licence = Work(
        actor=None,
        role=Role.APPLICANT,
        milestone=MilestoneKind.GROUNDBREAKING,
        stages=[Stage.PREPARING],
        page="development:request_licence",
        title=_("Request for the environmental licence"),
    ).Next(this.issue_licence)

    issue_licence = (
        Work(
            actor=AgencyKind.AGRICULTURE_ENVIRONMENT,
            role=Role.OFFICER,
            limit="P22",
            milestone=MilestoneKind.GROUNDBREAKING,
            stages=[Stage.PREPARING],
            page="development:issue_licence",
            title=_("Environmental licence"),
        )
        .On("granted", this.prepared)
        .On("registered", this.prepared)
        .On("returned", this.request_licence)
    )

    clear_land = Work(
        actor=AgencyKind.COMMUNE,
        role=Role.OFFICER,
        limit="P30",
        milestone=MilestoneKind.LAND,
        stages=[Stage.PREPARING],
        page="development:clear_land",
        title=_("Land recovery and clearance"),
    ).Next(this.lease_land)

    lease_land = (
        Work(
            actor=AgencyKind.AGRICULTURE_ENVIRONMENT,
            role=Role.OFFICER,
            milestone=MilestoneKind.LAND,
            stages=[Stage.PREPARING],
            page="development:lease_land",
            title=_("Land lease and handover"),
        )
        .On("granted", this.prepared)
        .On("returned", this.clear_land)
    )

    prepared = FanIn().Next(this.request_permit)

    request_permit = Work(
        actor=None,
        role=Role.APPLICANT,
        milestone=MilestoneKind.GROUNDBREAKING,
        stages=[Stage.PREPARING],
        page="development:request_permit",
        title=_("Request for the building permit"),
    ).Next(this.issue_permit)

    issue_permit = (
        Work(
            actor=AgencyKind.CONSTRUCTION,
            role=Role.OFFICER,
            limit="P50",
            milestone=MilestoneKind.GROUNDBREAKING,
            stages=[Stage.PREPARING],
            page="development:issue_permit",
            title=_("Building permit"),
        )
        .On("granted", this.break_ground)
        .On("exempt", this.break_ground)
        .On("returned", this.request_permit)
    )

    break_ground = Work(
        actor=None,
        role=Role.APPLICANT,
        limit="P60",
        milestone=MilestoneKind.GROUNDBREAKING,
        stages=[Stage.PREPARING],
        page="development:break_ground",
        title=_("Groundbreaking"),
    ).Next(this.build)

    build = Work(
        actor=None,
        role=Role.APPLICANT,
        milestone=MilestoneKind.OPERATION,
        stages=[Stage.UNDER_CONSTRUCTION],
        page="development:build",
        title=_("Construction of the infrastructure"),
    ).Next(this.try_wastewater)

    try_wastewater = Work(
        actor=None,
        role=Role.APPLICANT,
        milestone=MilestoneKind.OPERATION,
        stages=[Stage.UNDER_CONSTRUCTION],
        page="development:try_wastewater",
        title=_("Trial run of the wastewater works"),
    ).Next(this.accept_wastewater)

    accept_wastewater = (
        Work(
            actor=AgencyKind.AGRICULTURE_ENVIRONMENT,
            role=Role.OFFICER,
            milestone=MilestoneKind.OPERATION,
            stages=[Stage.UNDER_CONSTRUCTION],
            page="development:accept_wastewater",
            title=_("Check of the wastewater works"),
        )
        .On("granted", this.accept_works)
        .On("returned", this.try_wastewater)
    )

    accept_works = (
        Work(
            actor=AgencyKind.CONSTRUCTION,
            role=Role.OFFICER,
            limit="P70",
            milestone=MilestoneKind.OPERATION,
            stages=[Stage.UNDER_CONSTRUCTION],
            page="development:accept_works",
            title=_("Acceptance of the completed works"),
        )
        .On("granted", this.adopt_regulation)
        .On("returned", this.build)
    )

    adopt_regulation = Work(
        actor=None,
        role=Role.APPLICANT,
        milestone=MilestoneKind.OPERATION,
        stages=[Stage.UNDER_CONSTRUCTION],
        page="development:adopt_regulation",
        title=_("Services regulation of the cluster"),
    ).Next(this.open_operation)

    open_operation = (
        Work(
            actor=AgencyKind.INDUSTRY_TRADE,
            role=Role.OFFICER,
            milestone=MilestoneKind.OPERATION,
            stages=[Stage.UNDER_CONSTRUCTION],
            page="development:open_operation",
            title=_("Start of operation"),
        )
        .On("granted", this.end)
        .On("returned", this.adopt_regulation)
    )

    end = End()

"""States and kinds of what is decided on and with."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DossierState(TextChoices):
    """Where a dossier stands; where its case stands is `clusters.states.Stage`."""

    DRAFT = "draft", _("Draft")
    FILED = "filed", _("Filed")
    AWAITING_SUPPLEMENT = "awaiting_supplement", _("Awaiting supplement")
    RECALLED = "recalled", _("Withdrawn by the applicant")
    NOT_SELECTED = "not_selected", _("Not selected")
    CHOSEN = "chosen", _("Chosen")


class Presence(TextChoices):
    """Whether a component of the file must be there."""

    REQUIRED = "required", _("Required")
    ONE_OF = "one_of", _("At least one")
    IF_ANY = "if_any", _("If any")


class Verdict(TextChoices):
    """What a consulted agency says."""

    AGREE = "agree", _("Agrees")
    AGREE_WITH_CONDITIONS = "agree_with_conditions", _("Agrees with conditions")
    DISAGREE = "disagree", _("Disagrees")
    NO_COMMENT = "no_comment", _("No comment")


class Recommendation(TextChoices):
    """What the report recommends, and the decision says."""

    ESTABLISH = "establish", _("Establish the cluster")
    EXPAND = "expand", _("Expand the cluster")
    REJECT = "reject", _("Reject the proposal")


class Moment(TextChoices):
    """When the verdicts on a case's conditions are frozen."""

    FILED = "filed", _("At filing")
    APPRAISED = "appraised", _("At the end of the appraisal")
    DECIDED = "decided", _("At the decision")


class PaperKind(TextChoices):
    """An official paper that a step leaves behind."""

    NOTICE = "notice", _("Notice of receiving files")
    SUBMISSION = "submission", _("Submission of the commune")
    COPY = "copy", _("Copy of the decision to the ministry")
    PLAN_FILE = "plan_file", _("Detailed plan, handed in")
    PLAN_APPROVAL = "plan_approval", _("Approval of the detailed plan")
    LICENCE_REQUEST = "licence_request", _("Request for the environmental licence")
    LICENCE = "licence", _("Environmental licence or registration")
    LAND_CLEARED = "land_cleared", _("Record that the land is cleared")
    LAND_LEASE = "land_lease", _("Land lease decision")
    PERMIT_REQUEST = "permit_request", _("Request for the building permit")
    PERMIT = "permit", _("Building permit or exemption")
    START_SITE = "start_site", _("Groundbreaking: site handed over")
    START_PERMIT = "start_permit", _("Groundbreaking: permit")
    START_DRAWINGS = "start_drawings", _("Groundbreaking: working drawings")
    START_CONTRACT = "start_contract", _("Groundbreaking: construction contract")
    START_NOTICE = "start_notice", _("Groundbreaking: commencement notice")
    COMPLETION = "completion", _("Report that the works are complete")
    TRIAL_RESULT = "trial_result", _("Result of the trial run")
    WASTEWATER_ACCEPTANCE = "wastewater", _("Acceptance of the wastewater works")
    WORKS_ACCEPTANCE = "works_acceptance", _("Acceptance of the completed works")
    REGULATION = "regulation", _("Services regulation")
    OPERATION_RECORD = "operation", _("Record of the start of operation")
    RETURNED = "returned", _("Returned to be changed")


class DeviationKind(TextChoices):
    """How the log of a case can depart from its procedure."""

    SKIPPED_STEP = "skipped_step", _("Step left out")
    SKIPPED_OPINION = "skipped_opinion", _("Opinion left out")
    WRONG_ORDER = "wrong_order", _("Wrong order")
    WITHOUT_COMPETENCE = "without_competence", _("Without competence")
    LATE = "late", _("Past its last day")
    LATE_ANSWER_USED = "late_answer_used", _("Late answer used")
    SUPPLEMENT_AFTER_WINDOW = "supplement_after_window", _("Supplement asked too late")
    DECISION_BEFORE_REPORT = "decision_before_report", _("Decision before the report")
    PAPER_OUT_OF_ORDER = "paper_out_of_order", _("Paper dated out of order")


class Severity(TextChoices):
    """What a deviation weighs: an article that binds was not kept, or there is none that is sure."""

    BREACH = "breach", _("Breach")
    HINT = "hint", _("Hint")

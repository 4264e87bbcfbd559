"""Stages, kinds, facts, and how exactly a day is known."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from law.states import Grade


class Stage(TextChoices):
    """The legal life of a cluster project. Only the case's state machine moves it."""

    LISTED = "listed", _("Listed in the plan")
    PROPOSED = "proposed", _("Proposed")
    UNDER_APPRAISAL = "under_appraisal", _("Under appraisal")
    APPRAISED = "appraised", _("Appraised")
    ESTABLISHED = "established", _("Established")
    PREPARING = "preparing", _("Preparing construction")
    UNDER_CONSTRUCTION = "under_construction", _("Under construction")
    OPERATING = "operating", _("Operating")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Proposal withdrawn")
    REJECTED = "rejected", _("Rejected")
    REVOKED = "revoked", _("Decision repealed")
    OPERATING_UNESTABLISHED = "operating_unestablished", _("Operating, not established")


class Sign(TextChoices):
    """How a map marks a cluster: stages that a reader at a distance need not tell apart share one."""

    PLANNED = "planned", _("Listed, proposed or being appraised")
    ESTABLISHED = "established", _("Established, or preparing construction")
    BUILDING = "building", _("Under construction")
    OPERATING = "operating", _("Operating")
    ENDED = "ended", _("Closed, withdrawn, rejected or repealed")
    NO_CASE = "no_case", _("No case")


SIGNS: dict[str, Sign] = {
    "": Sign.NO_CASE,
    Stage.LISTED: Sign.PLANNED,
    Stage.PROPOSED: Sign.PLANNED,
    Stage.UNDER_APPRAISAL: Sign.PLANNED,
    Stage.APPRAISED: Sign.PLANNED,
    Stage.ESTABLISHED: Sign.ESTABLISHED,
    Stage.PREPARING: Sign.ESTABLISHED,
    Stage.UNDER_CONSTRUCTION: Sign.BUILDING,
    Stage.OPERATING: Sign.OPERATING,
    Stage.OPERATING_UNESTABLISHED: Sign.OPERATING,
    Stage.CLOSED: Sign.ENDED,
    Stage.WITHDRAWN: Sign.ENDED,
    Stage.REJECTED: Sign.ENDED,
    Stage.REVOKED: Sign.ENDED,
}


class Kind(TextChoices):
    """How a cluster came into the register."""

    NEW = "new", _("New cluster")
    EXPANSION = "expansion", _("Expansion")
    EXISTING_FORMALISED = "existing_formalised", _("Existing, formalised later")
    OPERATING_NAMED = "operating_named", _("Named as operating")
    PROPOSED_IN_PLAN = "proposed_in_plan", _("Proposed for the plan")
    UNSPECIFIED = "unspecified", _("Kind not stated")


class Relation(TextChoices):
    """How a cluster belongs to another one."""

    PART_OF = "part_of", _("Part of")
    EXPANSION_OF = "expansion_of", _("Expansion of")


class FactKind(TextChoices):
    """What a dated fact says."""

    DECISION = "decision", _("Establishment decision")
    EXPANSION_DECISION = "expansion_decision", _("Expansion decision")
    AREA = "area", _("Area")
    LAND_LEASE = "land_lease", _("Land lease decision")
    GROUNDBREAKING = "groundbreaking", _("Start of construction")
    STATUS = "status", _("Status in the source")


class DatePrecision(TextChoices):
    """How exactly a source tells a day."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    HALF_YEAR = "half_year", _("Half-year")
    YEAR = "year", _("Year")
    NO_YEAR = "no_year", _("Day and month, year not stated")
    UNKNOWN = "unknown", _("Unknown")


# With these, no earliest and no latest day can be told.
UNPLACED = (DatePrecision.NO_YEAR, DatePrecision.UNKNOWN)


class Reported(TextChoices):
    """The words in which the sources of the Hanoi register tell a status; other words stay as they are."""

    PROPOSED = "proposed for the cluster plan", _("Proposed for the cluster plan")
    DECIDED = "decided", _("Decided")
    DECIDED_TO_START = "decided, to be started", _("Decided, to be started")
    DECIDED_NO_INVESTOR = (
        "decided; district told to select the investor",
        _("Decided; the district was told to select the investor"),
    )
    DECISION_ISSUED = "established (decision issued)", _("Established (decision issued)")
    ONE_OF_SIX = (
        "established (one of six decisions, 70.262 ha in all)",
        _("Established (one of six decisions, 70.262 ha in all)"),
    )
    STARTED = "started", _("Started")
    UNDER_CONSTRUCTION = "under construction", _("Under construction")
    BUILDING = "infrastructure under construction", _("Infrastructure under construction")
    OPERATING = "operating", _("Operating")
    OPERATING_FULL = "operating, full", _("Operating, full")
    APPROVED_OR_OPERATING = "approved or operating", _("Approved or operating")
    DISPUTE = "dispute reported", _("Dispute reported")


# Grades of what sources tell about clusters; the labels of `Grade` itself speak of legal texts.
GRADE_WORDS = {
    Grade.SEEN: _("read in the source"),
    Grade.SEEN_SUMMARY: _("read in a summary only"),
    Grade.RECALLED: _("general knowledge, not confirmed"),
    Grade.UNRESOLVED: _("sources disagree, or none was found"),
}

# A cluster of which the source does not say it; also the value of the register's filters.
UNKNOWN = "unknown"

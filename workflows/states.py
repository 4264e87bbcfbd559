"""What a case is about, and how a step can stand."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clusters.states import Stage


class CaseKind(TextChoices):
    """What a case brings about."""

    NEW = "new", _("New cluster")
    EXPANSION = "expansion", _("Expansion")


class Procedure(TextChoices):
    """What a case can go through; each is drawn in a flow of its own."""

    ESTABLISHMENT = "establishment", _("Establishment or expansion of a cluster")
    DEVELOPMENT = "development", _("From decision to operation")


class MilestoneKind(TextChoices):
    """What the decision fixes a day for: the progress that it names (Decree 32/2024, Art. 12(1)(d))."""

    PLAN = "plan", _("Detailed plan approved")
    LAND = "land", _("Land leased")
    GROUNDBREAKING = "groundbreaking", _("Start of construction")
    OPERATION = "operation", _("Start of operation")


class Ending(TextChoices):
    """How a step ended that no outcome of its own closed."""

    WITHDRAWN = "withdrawn", _("Proposal withdrawn")
    WINDOW_CLOSED = "window_closed", _("Window closed")
    PASSED_ON = "passed_on", _("Passed on to the successor")


BEFORE_DECISION = (Stage.LISTED, Stage.PROPOSED, Stage.UNDER_APPRAISAL, Stage.APPRAISED)
# A proposal was filed and not decided yet.
UNDER_WAY = (Stage.PROPOSED, Stage.UNDER_APPRAISAL, Stage.APPRAISED)
AFTER_DECISION = (Stage.ESTABLISHED, Stage.PREPARING, Stage.UNDER_CONSTRUCTION)
ENDED = (Stage.CLOSED, Stage.WITHDRAWN, Stage.REJECTED, Stage.REVOKED)
# A case that entered the register through `adopt` starts where history had brought it.
ADOPTABLE = tuple(
    stage for stage in Stage if stage not in (Stage.PROPOSED, Stage.UNDER_APPRAISAL, Stage.APPRAISED)
)

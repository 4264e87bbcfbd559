"""The fixed words of the law's data files."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Grade(TextChoices):
    """How well a statement of the law is confirmed. Only the first two bind anybody."""

    SEEN = "SEEN", _("read in the text of the instrument")
    SEEN_SUMMARY = "SEEN-SUMMARY", _("read in a summary, not yet compared with the gazette")
    RECALLED = "RECALLED", _("general knowledge, not confirmed")
    UNRESOLVED = "UNRESOLVED", _("sources disagree, or the text was not found")

    @property
    def binds(self) -> bool:
        """Tell whether a statement of this grade may bind a person."""
        return self in (Grade.SEEN, Grade.SEEN_SUMMARY)


class Unit(TextChoices):
    """What a time limit counts."""

    WORKING_DAY = "working_day", _("working day")
    CALENDAR_DAY = "calendar_day", _("calendar day")
    MONTH = "month", _("month")


class Bound(TextChoices):
    """Which side a number of days limits. Only `AT_MOST` makes a deadline."""

    AT_MOST = "at_most", _("at most")
    AT_LEAST = "at_least", _("at least")


class Trigger(TextChoices):
    """The event from which a time limit runs."""

    REQUEST_RECEIVED = "request_received", _("receipt of the request")
    FIRST_REQUEST_RECEIVED = "first_request_received", _("receipt of the first request")
    NOTICE_PUBLISHED = "notice_published", _("day of the public notice")
    WINDOW_ENDED = "window_ended", _("end of the receipt window")
    COMPLETE_FILE_RECEIVED = "complete_file_received", _("receipt of a complete file")
    REPORT_RECEIVED = "report_received", _("receipt of the file with the appraisal report")
    SUBMISSION_RECEIVED = "submission_received", _("receipt of the submission")
    REVISED_REPORT_RECEIVED = "revised_report_received", _("receipt of the revised report")
    NOTICE_RECEIVED = "notice_received", _("receipt of the notice")
    WORK_STARTED = "work_started", _("start of the work")
    REFUSED = "refused", _("refusal")
    INSPECTED = "inspected", _("day of the inspection")
    TRIAL_STARTED = "trial_started", _("start of the trial")
    APPROVED = "approved", _("day of the approval")
    NOTICE_ISSUED = "notice_issued", _("issue of the notice")
    PERSUASION_ENDED = "persuasion_ended", _("end of the persuasion")
    SUPPLEMENT_DUE = "supplement_due", _("end of the time to complete the file")
    RECOVERY_DECIDED = "recovery_decided", _("the recovery decision, counted back")


class PauseRule(TextChoices):
    """Which time the law leaves out of a limit. Empty in the data: the clock never stops."""

    NONE = "", _("the clock never stops")
    SUPPLEMENT = "supplement", _("the time to supplement the file is not counted")
    REVISION = "revision", _("the time to revise the report is not counted")
    ONCE = "once", _("the clock may stop once")


class ExtensionRule(TextChoices):
    """Whether the agency may lengthen a limit. Empty in the data: the law allows none."""

    NONE = "", _("no extension")
    ONCE_SAME = "once_same", _("one extension, no longer than the limit itself")


class SilenceRule(TextChoices):
    """What an agency that was asked says by not answering. Empty in the data: nothing (K-8)."""

    NONE = "", _("silence is no answer")
    CONSENT = "consent", _("silence is consent")


class SettingKind(TextChoices):
    """What a city may settle about a time limit of the law; more, or longer, it may not (K-9)."""

    SHORTER_LIMIT = "shorter_limit", _("A shorter limit")
    FIRST_DAY = "first_day", _("The day of the event is counted")
    PAUSE_RESTARTS = "pause_restarts", _("After a pause the limit counts anew")
    SILENCE_IS_CONSENT = "silence_is_consent", _("Silence is consent")


class Procedure(TextChoices):
    """Which procedure a condition belongs to."""

    ESTABLISH = "establish", _("establishment")
    EXPAND = "expand", _("expansion")
    BOTH = "both", _("establishment and expansion")


class Operator(TextChoices):
    """How a condition compares. Strictness matters: `GT` is not `GTE`."""

    GT = "gt", ">"
    GTE = "gte", "≥"
    LT = "lt", "<"
    LTE = "lte", "≤"
    BETWEEN = "between", _("between, bounds included")
    IS_TRUE = "is_true", _("is the case")
    ALL_OF = "all_of", _("all of")


class Scope(TextChoices):
    """Over which clusters or which territory a condition is measured."""

    CLUSTER = "cluster", _("the cluster itself")
    COMMUNE = "commune", _("the clusters of the commune")
    DISTRICT = "district", _("the clusters of the district")
    DECIDED_AREA = "decided_area", _("the clusters of the area that the city decides")
    PROVINCE = "province", _("the city")


class Situation(TextChoices):
    """How a file stands on the day on which another rule set comes into force."""

    REQUESTED = "requested", _("first requested before that day, not yet under appraisal")
    UNDER_APPRAISAL = "under_appraisal", _("under appraisal or decision on that day")
    AT_DISTRICT = "at_district", _("at the district on that day")
    DECIDED = "decided", _("decided before that day")
    MONTH_ONLY = "month_only", _("decided, but the month known may lie before or after that day")


class Applies(TextChoices):
    """What a transition clause makes of a file."""

    STAY = "stay", _("keeps its rule set")
    HAND_OVER = "hand_over", _("keeps its rule set; the commune takes over from the district")
    ASK = "ask", _("an officer chooses, and gives the reason")


class Verdict(TextChoices):
    """What a condition makes of the facts. `CANNOT_BE_TOLD` is no refusal: somebody has to judge."""

    HOLDS = "holds", _("Holds")
    FAILS = "fails", _("Fails")
    CANNOT_BE_TOLD = "cannot_be_told", _("Cannot be told")


class Measure(TextChoices):
    """What a fact for the conditions takes; a percentage lies between 0 and 100."""

    HECTARES = "ha"
    PERCENT = "pct"
    YES_NO = "yes_no"
    TYPE = "type"
    WORKS = "works"
    TEXT = "text"


class ClusterType(TextChoices):
    """What a cluster is for; some conditions hold for one type only."""

    GENERAL = "general", _("General")
    CRAFT = "craft", _("Craft village")
    SPECIALISED = "specialised", _("Specialised")
    SUPPORTING = "supporting", _("Supporting industry")
    HIGH_TECH = "high_tech", _("High-tech")
    ECO = "eco", _("Eco-industrial")


class DayKind(TextChoices):
    """What a row of the calendar makes of a day that the five-day week would make otherwise."""

    OFF = "off", _("day off")
    WORK = "work", _("make-up working day")


class DayStatus(TextChoices):
    """How sure a row of the calendar is."""

    OFFICIAL = "official", _("official")
    PROVISIONAL = "provisional", _("expected, the official notice is not out")
    UNCONFIRMED = "unconfirmed", _("announced, not confirmed: counted as an ordinary day")


class DaySign(TextChoices):
    """How a page marks a day that is not as its place in the week."""

    OFF = "off", _("off")
    WORK = "work", _("worked")
    EXPECTED = "expected", _("expected")
    UNCONFIRMED = "unconfirmed", _("unsure")


class DayBasis(TextChoices):
    """Why a day is off, or is worked."""

    HOLIDAY = "holiday", _("public holiday (Labour Code, yearly notice)")
    STATUTE = "statute", _("public holiday (Labour Code 2019, Article 112)")
    COMPENSATORY = "compensatory", _("day off in lieu: the holiday fell on a weekend")
    SWAP = "swap", _("day off swapped with a make-up Saturday by notice")
    RULE = "rule", _("expected by the usual rule; the official notice is not out")
    ANNOUNCED = "announced", _("announced as a paid day off; its legal force is not confirmed")


class PauseEffect(TextChoices):
    """What a limit does after a pause (K-4)."""

    CONTINUES = "continues", _("the count goes on after the pause")
    RESTARTS = "restarts", _("the count begins anew after the pause")


class LedgerKind(TextChoices):
    """What a day is in a count. The words are part of what `manage.py clock --json` prints."""

    TRIGGER = "trigger", _("day of the event")
    WORKING_DAY = "working_day", _("working day")
    CALENDAR_DAY = "calendar_day", _("calendar day")
    MAKE_UP_DAY = "make_up_day", _("make-up working day")
    UNCONFIRMED = "unconfirmed", _("announced as a day off, not confirmed")
    EXTENSION = "extension", _("day of an extension")
    PAUSE = "pause", _("day of a pause")
    RESTARTED = "restarted", _("before the count began anew")
    WEEKEND = "weekend", _("weekend")
    DAY_OFF = "day_off", _("day off")
    PROVISIONAL = "provisional", _("expected, the official notice is not out")
    MOVED = "moved", _("next working day, to which the end moved")

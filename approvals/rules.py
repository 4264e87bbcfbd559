"""What is asked of papers and days. Facts in; a broken rule raises with the reason."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from approvals.states import Recommendation
from law.conditions import Finding, broken
from workflows.exceptions import RuleBroken
from workflows.states import CaseKind, MilestoneKind

# What a report cannot recommend, and a decision cannot say, of a case of this kind.
OF_ANOTHER_KIND = {CaseKind.NEW: Recommendation.EXPAND, CaseKind.EXPANSION: Recommendation.ESTABLISH}

# No limit of law: a day that lies farther ahead is a slip of the year.
FARTHEST_YEARS = 100
# Nor is this: a day before clusters were thought of is a slip of the year.
FIRST_CLUSTERS_ON = date(1990, 1, 1)


def check_not_future(day: date, *, today: date, field: str | None = None) -> None:
    """Refuse a paper dated after today; `field` is the form's field that the reason belongs to.

    Raises:
        RuleBroken: `day` lies ahead.
    """
    if day > today:
        raise RuleBroken(
            _("The paper carries a day that has not come yet: %(day)s.") % {"day": f"{day:%d/%m/%Y}"},
            field=field,
        )


def check_not_before(day: date, *, earliest: date, field: str | None = None) -> None:
    """Refuse a paper dated before what it answers; `field` as above.

    Raises:
        RuleBroken: `day` lies before `earliest`.
    """
    if day < earliest:
        raise RuleBroken(
            _("The paper is dated %(day)s, before the step began on %(earliest)s.")
            % {"day": f"{day:%d/%m/%Y}", "earliest": f"{earliest:%d/%m/%Y}"},
            field=field,
        )


def check_answer_day(day: date, *, today: date, due_on: date | None) -> None:
    """Refuse a day for opinions that lies outside the time left for the appraisal.

    Raises:
        RuleBroken: `day` is not after today, or is after the appraisal's own last day, while that
            still lies ahead.
    """
    if day <= today:
        raise RuleBroken(_("Choose a day after today."), field="answer_by")
    if due_on and today < due_on < day:
        raise RuleBroken(
            _("Choose a day after today and not after %(due)s, the last day of the appraisal.")
            % {"due": f"{due_on:%d/%m/%Y}"},
            field="answer_by",
        )


def check_working_day(day: date, *, next_working: date | None) -> None:
    """Refuse a day off that an officer sets as a last day; `next_working` is None for a working day.

    Raises:
        RuleBroken: it names the next working day.
    """
    if next_working is not None:
        told = {"day": f"{day:%d/%m/%Y}", "next": f"{next_working:%d/%m/%Y}"}
        raise RuleBroken(
            _("%(day)s is a day off. The next working day is %(next)s.") % told, field="answer_by"
        )


def check_reasons(text: str) -> None:
    """Refuse a disagreement, a return or a rejection without reasons.

    Raises:
        RuleBroken: `text` is empty.
    """
    if not text.strip():
        raise RuleBroken(_("Give the reasons."))


def check_progress(progress: Mapping[MilestoneKind, date], *, signed_on: date | None, today: date) -> None:
    """Refuse days of the decision's own progress that are out of order, or not after its signature.

    `signed_on` None: a decision of the past, whose day need not be known. A day beyond any project's
    life is a slip of the year, and refused as one.

    Raises:
        RuleBroken: it names the first day that cannot be.

    Source: Decree 32/2024/NĐ-CP, Art. 12(1)(d).
    """
    before = signed_on
    for kind in MilestoneKind:
        day = progress.get(kind)
        if day is None:
            continue
        if day.year > today.year + FARTHEST_YEARS:
            raise RuleBroken(_("This day lies too far ahead. Look at the year."), field=f"progress_{kind}")
        if before and day <= before:
            raise RuleBroken(
                _("This day must lie after %(before)s.") % {"before": f"{before:%d/%m/%Y}"},
                field=f"progress_{kind}",
            )
        before = day


def check_whole_progress(progress: Mapping[MilestoneKind, date]) -> None:
    """Refuse a decision for a cluster without its progress.

    The law counts the progress among a decision's contents; that it names these four days is our asking.

    Raises:
        RuleBroken: it names the first milestone without a day.

    Source: Decree 32/2024/NĐ-CP, Art. 12(1)(d).
    """
    for kind in MilestoneKind:
        if kind not in progress:
            raise RuleBroken(
                _("Give the day that the decision's progress fixes for: %(milestone)s.")
                % {"milestone": kind.label},
                field=f"progress_{kind}",
            )


def check_start_after_notice(started_on: date, *, notice_on: date) -> None:
    """Refuse a start of the works before the commencement notice.

    Raises:
        RuleBroken: `started_on` lies before `notice_on`.

    Source: Law on Construction 135/2025/QH15, Art. 48(1).
    """
    if started_on < notice_on:
        raise RuleBroken(
            _("The works start on the day of the commencement notice, or later."), field="started_on"
        )


def check_start_after_decision(started_on: date, *, decided_on: date | None) -> None:
    """Refuse a start of the works before the decision; `decided_on` None: it was not issued here.

    Raises:
        RuleBroken: `started_on` lies before `decided_on`, or before any cluster was decided.
    """
    if started_on < (decided_on or FIRST_CLUSTERS_ON):
        raise RuleBroken(_("The works start after the decision. Look at the year."), field="started_on")


def check_consulted(number: int) -> None:
    """Refuse a consultation of nobody.

    Raises:
        RuleBroken: no agency was chosen.

    Source: Decree 32/2024/NĐ-CP, Art. 10(3): the Department appraises with the departments concerned.
    """
    if not number:
        raise RuleBroken(_("Choose at least one agency to consult."))


def check_expandable(*, operates: bool, under_way: str) -> None:
    """Refuse to expand a cluster that does not operate, or of which an expansion is under way.

    `under_way` is the code of that expansion's case; empty where there is none.

    Raises:
        RuleBroken: it says which of the two.

    Source: Decree 32/2024/NĐ-CP, Art. 8(2): works of the cluster in use, its land leased.
    """
    if not operates:
        raise RuleBroken(_("Only a cluster that operates can be expanded."))
    if under_way:
        raise RuleBroken(
            _("An expansion of this cluster is under way already: %(code)s.") % {"code": under_way}
        )


def check_outcome(outcome: Recommendation, *, kind: str) -> None:
    """Refuse to establish what is an expansion, and to expand what is not established.

    Raises:
        RuleBroken: the outcome belongs to the other kind of case.
    """
    if outcome == OF_ANOTHER_KIND[CaseKind(kind)]:
        raise RuleBroken(_("This case is about something else: choose what was proposed, or reject it."))


def check_conditions(found: Sequence[Finding]) -> None:
    """Refuse a decision against a condition that binds and is not met.

    Raises:
        RuleBroken: it names each such condition, what was stated, and its article.
    """
    if unmet := broken(found):
        told = "; ".join(
            _("%(condition)s (stated: %(stated)s; the law asks: %(asks)s; %(article)s)")
            % {
                "condition": finding.title,
                "stated": finding.stated_words,
                "asks": finding.asks,
                "article": finding.row.citation_shown,
            }
            for finding in unmet
        )
        raise RuleBroken(_("The law does not allow this expansion: %(told)s.") % {"told": told})

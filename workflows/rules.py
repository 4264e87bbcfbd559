"""What the law asks of a case before it may move. Facts in; a broken rule raises with its article."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from clusters.states import Stage
from law import rulesets, transitions
from law.rows import Provision, Transition
from law.states import ExtensionRule
from workflows.exceptions import RuleBroken
from workflows.states import ADOPTABLE, UNDER_WAY


def check_complete_file(missing: list[str], citation: str) -> None:
    """Refuse appraisal of a file that lacks a component.

    Raises:
        RuleBroken: `missing` names the components.

    Source: Decree 32/2024/NĐ-CP, Art. 10(3): appraisal starts on receipt of a complete file.
    """
    if missing:
        raise RuleBroken(
            _("The file is not complete (%(article)s). Missing: %(missing)s.")
            % {"article": citation, "missing": ", ".join(missing)}
        )


def check_separate_people(*roles: Collection[int]) -> None:
    """Refuse one person in two of `roles`, each given as the ids of all who acted in it.

    All of them: whoever drafted an early version is no stranger to the one that is approved.

    Raises:
        RuleBroken: two roles share a person.
    """
    people = [person for role in roles for person in set(role)]
    if len(set(people)) < len(people):
        raise RuleBroken(_("Whoever drafted or reviewed a report cannot also approve it or decide on it."))


def check_evidence(evidence: str) -> None:
    """Refuse a milestone without the paper that shows it.

    Raises:
        RuleBroken: no paper is named.
    """
    if not evidence.strip():
        raise RuleBroken(_("Name the paper (number and date) that shows this."))


def check_successor(*, predecessor_ended: bool, is_candidate: bool) -> None:
    """Refuse a successor while the predecessor exists, or one that does not serve or is not fit.

    Raises:
        RuleBroken: it says which of the two.

    Source: Decree 139/2025/NĐ-CP, Art. 22(2): from a district to the commune of the place.
    """
    if not predecessor_ended:
        raise RuleBroken(_("This agency still exists; nobody takes over from it."))
    if not is_candidate:
        raise RuleBroken(_("Choose an agency that exists today and can take over."), field="successor")


def check_reason(reason: str) -> None:
    """Refuse a choice without its reason.

    Raises:
        RuleBroken: none is given.
    """
    if not reason.strip():
        raise RuleBroken(_("Give the reason."), field="reason")


def check_paper(number: str, on: date | None, *, today: date) -> None:
    """Refuse to move a case without the paper that says so, or by one that is dated ahead.

    Raises:
        RuleBroken: it says what is missing; `field` is the form's field that it belongs to.
    """
    if not number.strip():
        raise RuleBroken(_("Name the number of the paper."), field="paper_number")
    if on is None or on > today:
        raise RuleBroken(_("Name the day of the paper; it cannot lie in the future."), field="paper_on")


def check_rule_set(*, state: str, before: str, after: str, today: date, against: Transition | None) -> None:
    """Refuse to move a case from the rule set `before` to `after` where the law does not allow it.

    `against` is the clause that keeps the case from `after`, where there is one.

    Raises:
        RuleBroken: the case is decided (T-5), it is under that rule set already, that one is not in force
            yet, or a clause that binds keeps the case where it is (T-1, T-2, T-3).
    """
    if state not in UNDER_WAY:
        stands = transitions.decision_stands()
        told = {"clause": stands.clause, "article": stands.citation_shown}
        raise RuleBroken(
            _("Only an open proposal can be moved; a decision stands as it is (%(clause)s, %(article)s).")
            % told
        )
    if after == before:
        raise RuleBroken(_("The case is under this rule set already."), field="rule_set")
    if rulesets.rule_set(after).valid_from > today:
        raise RuleBroken(_("This rule set is not in force yet."), field="rule_set")
    if against:
        told = {"code": before, "clause": against.clause, "article": against.citation_shown}
        raise RuleBroken(
            _("The law keeps this case under %(code)s (%(clause)s, %(article)s).") % told, field="rule_set"
        )


def check_extension(row: Provision, *, amount: int, granted: int, due_on: date, today: date) -> None:
    """Refuse an extension that the law does not allow, or no more.

    `row` is the limit as the clock counts it, `granted` how often the clock was extended before.

    Raises:
        RuleBroken: the law allows none, the one it allows was granted, it is longer than the limit itself,
            or the limit has run out.

    Source: the provision's own article; for the feasibility study Decree 217/2026/NĐ-CP, Art. 37.
    """
    told = {"article": row.citation_shown, "limit": row.limit_text, "due": f"{due_on:%d/%m/%Y}"}
    if row.extension == ExtensionRule.NONE:
        raise RuleBroken(_("The law (%(article)s) does not let this limit be extended.") % told)
    if granted:
        raise RuleBroken(_("The limit was extended before; the law (%(article)s) allows it once.") % told)
    if not 0 < amount <= (row.amount or 0):
        raise RuleBroken(
            _("An extension is no longer than the limit itself: at most %(limit)s (%(article)s).") % told,
            field="amount",
        )
    if due_on < today:
        raise RuleBroken(_("The limit ran out on %(due)s; what has run out is not extended.") % told)


def check_grounds(reason: str, *, paper_number: str, paper_on: date, today: date) -> None:
    """Refuse an extension without a reason, or without a paper that is there today.

    Raises:
        RuleBroken: it says what is missing.
    """
    if not reason.strip():
        raise RuleBroken(_("Give the reasons."), field="reason")
    check_evidence(paper_number)
    if paper_on > today:
        raise RuleBroken(_("The paper carries a day that has not come yet."), field="paper_on")


def check_wastewater(works_accepted: bool) -> None:
    """Refuse operation without the accepted wastewater works.

    Raises:
        RuleBroken: the works were not accepted.

    Source: Law on Environmental Protection 2020; `docs/law.md`, environmental route.
    """
    if not works_accepted:
        raise RuleBroken(_("A cluster may not operate before its wastewater works are accepted."))


def check_groundbreaking(papers: dict[str, str]) -> None:
    """Refuse groundbreaking unless each of the five conditions has its paper.

    Raises:
        RuleBroken: it names the conditions that lack one.

    Source: Law on Construction 135/2025/QH15, Art. 48(1).
    """
    missing = [condition for condition in GROUNDBREAKING if not papers.get(condition, "").strip()]
    if missing:
        raise RuleBroken(
            _(
                "Groundbreaking needs five papers (Law on Construction 135/2025/QH15, Art. 48(1))."
                " Missing: %(missing)s."
            )
            % {"missing": ", ".join(missing)}
        )


GROUNDBREAKING = ("site", "permit", "drawings", "contract", "notice")


def check_adoptable(stage: str, source: str, grade: str) -> None:
    """Refuse to adopt a case in the middle of a procedure, or without a source and its grade.

    Raises:
        RuleBroken: it says which of the three is missing.
    """
    if Stage(stage) not in ADOPTABLE:
        raise RuleBroken(_("A case cannot be adopted in the middle of a procedure."))
    if not source or not grade:
        raise RuleBroken(_("An adopted case needs a source and a grade."))

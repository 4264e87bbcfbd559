"""A case's log replayed against its procedure: where it departs from it, and by which article.

Pure: facts in, deviations out. The order of the steps is the flow's that the run is pinned to
(`workflows.orders`), the articles and their grades are rows of the case's rule set. A row that does not
bind supports a hint, never a breach. What each kind means stands in `docs/reference/conformance.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.states import AgencyKind, Role
from approvals.logs import Log, Opinion, Ruling, Run, Visit
from approvals.states import DeviationKind, PaperKind, Severity
from law.calendars import Calendar
from law.clock import working_days_left
from law.rows import Cited, Provision
from law.rulesets import provision, rule_set
from law.states import Grade, PauseRule
from records.clock import local_day
from workflows.nodes import Wait, Work
from workflows.orders import Way
from workflows.states import Ending, Procedure

# The row of the law for a step that has no limit of its own.
ROWS = {
    "supplement": "E55",
    "give_opinion": "E50",
    "send_copy": "E80",
    "submit_plan": "P11",
    "request_licence": "P22",
    "lease_land": "P35",
    "request_permit": "P50",
    "adopt_regulation": "P80",
}
# The order after the decision, where no row of a step's own says more.
ORDER = Cited(citation="NĐ 32/2024 Đ14", source=("ND32",), grade=Grade.SEEN, grade_note="", grade_note_vi="")
# From the first day of this rule set the commune acts on every open file (T-2).
COMMUNES_SINCE = "R3"
HANDED_OVER = Cited(
    citation="NĐ 139/2025 Đ22.2", source=("ND139",), grade=Grade.SEEN, grade_note="", grade_note_vi=""
)
# The paper that each of these answers, and so cannot be older than.
ANSWERS = {
    PaperKind.SUBMISSION: PaperKind.NOTICE,
    PaperKind.PLAN_APPROVAL: PaperKind.PLAN_FILE,
    PaperKind.LICENCE: PaperKind.LICENCE_REQUEST,
    PaperKind.LAND_LEASE: PaperKind.LAND_CLEARED,
    PaperKind.PERMIT: PaperKind.PERMIT_REQUEST,
    PaperKind.WASTEWATER_ACCEPTANCE: PaperKind.TRIAL_RESULT,
    PaperKind.WORKS_ACCEPTANCE: PaperKind.COMPLETION,
}
CONSULTATION = frozenset({"plan_consultation", "give_opinion"})
REPORT = frozenset({"draft_report", "review_report"})
TAKEN_BACK = "taken_back"
ENDINGS = frozenset(Ending.values)

Lookup = Callable[[str, str], Provision]


@dataclass(frozen=True)
class Deviation:
    """One point in which a log departs from its procedure: at which step, on which day, by what basis."""

    kind: DeviationKind
    step: str
    title: str
    on: date
    says: str
    basis: Cited | None

    @property
    def article(self) -> str:
        """Return the article in full in the language of the reader; empty where no row is known."""
        return self.basis.citation_shown if self.basis else ""

    @property
    def grade(self) -> Grade:
        """Return how sure our reading of the article is."""
        return self.basis.grade if self.basis else Grade.UNRESOLVED

    @property
    def severity(self) -> Severity:
        """Return a breach only where the article binds."""
        return Severity.BREACH if self.basis and self.basis.binds else Severity.HINT


def replay(log: Log, *, today: date, calendar: Calendar, rows: Lookup = provision) -> list[Deviation]:
    """Return the deviations of `log` up to `today`, oldest first; none where there is nothing to replay.

    Days late are working days of `calendar`. `rows` looks up a row of the law by rule set and step.
    """
    found = [
        deviation
        for run in log.runs
        for deviation in _Replay(log, run, today=today, calendar=calendar, rows=rows).deviations()
    ]
    # The agency that decided and the one that issued are one deviation where they are the same.
    return sorted(dict.fromkeys(found), key=lambda deviation: deviation.on)


def conforms(log: Log, found: Iterable[Deviation]) -> bool | None:
    """Tell whether nothing that binds was broken; None where there was nothing to replay."""
    if not log.steps:
        return None
    return all(deviation.severity == Severity.HINT for deviation in found)


def nothing_found(log: Log) -> str:
    """Return what people read where a log has no deviation: how much was replayed, or that nothing was."""
    if not log.steps:
        return _("There is nothing to replay: no procedure ran on this case.")
    words = ngettext("No deviation found in %(n)d step.", "No deviation found among %(n)d steps.", log.steps)
    return words % {"n": log.steps}


class _Replay:
    """One run held against the order of its flow and the rows of the law."""

    def __init__(self, log: Log, run: Run, *, today: date, calendar: Calendar, rows: Lookup) -> None:
        self.log, self.run, self.order = log, run, run.order
        self.today, self.calendar, self.rows = today, calendar, rows
        self.entered = {visit.step for visit in run.visits}

    def deviations(self) -> Iterator[Deviation]:
        yield from self._competence()
        yield from self._lateness()
        yield from self._papers()
        early: list[Deviation] = []
        if self.run.procedure == Procedure.ESTABLISHMENT:
            early = list(self._unreported())
            yield from [*early, *self._opinions(), *self._people(), *self._supplements()]
        missing = self._missing()
        # Each says more about its own steps than that they were left out, or came too soon.
        explained = (REPORT if early else set()) | (CONSULTATION if "give_opinion" in missing else set())
        yield from self._skipped(missing, without=explained)
        yield from self._disorder(missing, without={"decide"} if early else set())

    def _deviation(
        self, kind: DeviationKind, step: str, on: date, says: str, basis: Cited | None = None
    ) -> Deviation:
        return Deviation(kind, step, self._title(step), on, says, basis or self._basis(step, on))

    def _title(self, step: str) -> str:
        return str(self.order.nodes[step].task_title)

    def _row(self, step: str) -> Provision | None:
        """Return the row of the law for `step`; None where the rule set has none, as R1 for the notice."""
        code = self.order.nodes[step].limit or ROWS.get(step, "")
        try:
            return self.rows(self.log.rule_set, code)
        except KeyError:
            return None

    def _basis(self, step: str, on: date) -> Cited | None:
        row = self._row(step)
        if self.run.procedure == Procedure.DEVELOPMENT and not (row and row.binds and row.covers(on)):
            return ORDER
        return row

    # --- the order --------------------------------------------------------------------------------
    def _missing(self) -> dict[str, Visit]:
        """Return the steps that were never entered, each with the first visit that it had to come before."""
        needed = self.order.needed(self._first())
        missing: dict[str, Visit] = {}
        for visit in self.run.visits:
            for step in sorted(needed.get(visit.step, ()), key=self.order.path.index):
                if step not in self.entered and self._is_asked(step):
                    missing.setdefault(step, visit)
        return missing

    def _first(self) -> str:
        """Return the step with which the run had to begin: the last possible one before all that came."""
        place = self.order.path.index
        least = min((place(step) for step in self.entered if step in self.order.path), default=0)
        return max((one for one in self.order.starts if place(one) <= least), key=place)

    def _is_asked(self, step: str) -> bool:
        """Tell whether the rules that hold for the case know the step at all."""
        return self.run.procedure != Procedure.ESTABLISHMENT or self._row(step) is not None

    def _skipped(self, missing: dict[str, Visit], *, without: Iterable[str]) -> Iterator[Deviation]:
        for step, later in missing.items():
            if step not in without:
                told = {"step": self._title(step), "later": self._title(later.step)}
                says = _("“%(step)s” never began, yet “%(later)s” did.") % told
                on = local_day(later.entered_at)
                yield self._deviation(DeviationKind.SKIPPED_STEP, step, on, says)

    def _disorder(self, missing: dict[str, Visit], *, without: Iterable[str]) -> Iterator[Deviation]:
        """Let each visit follow from one that ended before it in the right way; each end is used once."""
        used: set[tuple[int, str]] = set()
        for number, visit in enumerate(self.run.visits):
            ways = self.order.ways[visit.step]
            begins = visit.step in self.order.starts and number == 0
            if begins or any(way.start in missing for way in ways) or visit.step in without:
                continue
            before, lacking = self._led_here(visit, ways, used)
            used |= {(one, visit.step) for one in before}
            if lacking:
                told = {"step": self._title(visit.step), "before": self._title(lacking)}
                says = _("“%(step)s” began before “%(before)s” had ended and led to it.") % told
                on = local_day(visit.entered_at)
                yield self._deviation(DeviationKind.WRONG_ORDER, visit.step, on, says)

    def _led_here(
        self, visit: Visit, ways: Sequence[Way], used: set[tuple[int, str]]
    ) -> tuple[list[int], str]:
        """Return the visits whose end led to `visit`, and a step that had to end first and had not."""
        found = [
            (number, way)
            for number, one in enumerate(self.run.visits)
            for way in ways
            if (way.start, way.outcome) == (one.step, one.outcome)
            and (number, visit.step) not in used
            and one.left_at is not None
            and one.left_at <= visit.entered_at
        ]
        if not found:
            return [], next((way.start for way in ways if way.start in self.entered), "")
        number, last = max(found, key=lambda each: (self.run.visits[each[0]].left_at, each[0]))
        if not last.join:
            return ([] if last.many else [number]), ""
        joined = {one: way.start for one, way in found if way.join == last.join}
        return list(joined), self._still_out(visit, last.join, set(joined.values()))

    def _still_out(self, visit: Visit, join: str, arrived: set[str]) -> str:
        """Return an arm of the gate `join` that had not ended when `visit` began; empty if all had."""
        for step in sorted(self.order.arms(join) & self.entered):
            running = (
                one.entered_at < visit.entered_at and (one.left_at is None or one.left_at > visit.entered_at)
                for one in self.run.visits
                if one.step == step
            )
            if step not in arrived or any(running):
                return step
        return ""

    # --- who and when -----------------------------------------------------------------------------
    def _competence(self) -> Iterator[Deviation]:
        for visit in self.run.visits:
            if visit.left_at is not None and visit.outcome not in ENDINGS:
                on = local_day(visit.left_at)
                for says, basis in self._incompetence(visit, self.order.nodes[visit.step], on):
                    yield self._deviation(DeviationKind.WITHOUT_COMPETENCE, visit.step, on, says, basis)

    def _incompetence(self, visit: Visit, node: Work, on: date) -> Iterator[tuple[str, Cited | None]]:
        if node.actor and (says := self._wrong_agency(visit.agency, node.actor, on)):
            yield says, self._local_basis(on) if node.actor == AgencyKind.COMMUNE else None
        elif not visit.existed:
            yield _("The agency did not exist on that day."), None
        elif visit.outcome == TAKEN_BACK:  # the Department ended the step that lay elsewhere
            return
        elif node.role and visit.roles is not None and node.role not in visit.roles:
            says = _("The person who did it did not have this role there on that day: %(role)s.")
            yield says % {"role": Role(node.role).label}, None

    def _wrong_agency(self, agency: AgencyKind, actor: AgencyKind, on: date) -> str:
        """Return what is wrong about the kind of agency; empty where it is competent, or the law is open."""
        if actor == AgencyKind.COMMUNE:
            handed_over = on >= rule_set(COMMUNES_SINCE).valid_from
            actor = AgencyKind.COMMUNE if handed_over else AgencyKind.DISTRICT
        elif self.run.procedure != Procedure.ESTABLISHMENT:
            return ""
        if agency == actor:
            return ""
        told = {"agency": agency.label, "actor": actor.label}
        return _("Done by: %(agency)s. Competent on that day: %(actor)s.") % told

    def _local_basis(self, on: date) -> Cited | None:
        """Return why the commune acts on a file of an earlier law; None where the file's own law says so."""
        communes = rule_set(COMMUNES_SINCE)
        pinned = self.log.rule_set
        earlier = bool(pinned) and rule_set(pinned).valid_from < communes.valid_from
        return HANDED_OVER if earlier and on >= communes.valid_from else None

    def _lateness(self) -> Iterator[Deviation]:
        """Yield what ended, or is still open, after its clock's last day: once for each clock."""
        late: dict[int, Deviation] = {}
        for visit in self.run.visits:
            node = self.order.nodes[visit.step]
            if isinstance(node, Wait) or not node.limit or visit.clock is None or visit.due_on is None:
                continue
            asked = self.order.asks_applicant(visit.step, visit.outcome)
            if asked or visit.outcome in ENDINGS:
                continue
            ended = local_day(visit.left_at) if visit.left_at else self.today
            if ended > visit.due_on:
                says = self._late_words(ended, visit.due_on, is_open=visit.left_at is None)
                late[visit.clock] = self._deviation(DeviationKind.LATE, visit.step, ended, says)
        yield from late.values()

    def _late_words(self, ended: date, due_on: date, *, is_open: bool) -> str:
        days = -working_days_left(today=ended, due_on=due_on, calendar=self.calendar)
        told = {"n": days, "due": f"{due_on:%d/%m/%Y}"}
        still_open = ngettext(
            "Still open %(n)d working day after its last day, %(due)s.",
            "Still open %(n)d working days after its last day, %(due)s.",
            days,
        )
        done = ngettext(
            "Done %(n)d working day after its last day, %(due)s.",
            "Done %(n)d working days after its last day, %(due)s.",
            days,
        )
        return (still_open if is_open else done) % told

    # --- opinions, supplements, report, decision --------------------------------------------------
    def _concluded_at(self) -> datetime | None:
        """Return when the report was begun, which uses the opinions; None before that."""
        place = self.order.path.index
        after = [v.entered_at for v in self.run.visits if v.step in self.order.path[place("draft_report") :]]
        return min(after, default=None)

    def _opinions(self) -> Iterator[Deviation]:
        concluded_at = self._concluded_at()
        if concluded_at is None or not self._is_asked("give_opinion"):
            return
        if not self.log.opinions and "give_opinion" not in self.entered:
            says = _("The appraisal went on without asking any agency.")
            on = local_day(concluded_at)
            yield self._deviation(DeviationKind.SKIPPED_OPINION, "give_opinion", on, says)
        for opinion in self.log.opinions:
            yield from self._opinion(opinion, concluded_at)

    def _opinion(self, opinion: Opinion, concluded_at: datetime) -> Iterator[Deviation]:
        told = {"agency": opinion.agency, "due": f"{opinion.answer_by:%d/%m/%Y}"}
        if opinion.answered_at is None:
            says = _("The appraisal went on without the opinion of: %(agency)s.") % told
            on = local_day(opinion.ended_at or concluded_at)
            yield self._deviation(DeviationKind.SKIPPED_OPINION, "give_opinion", on, says)
        elif local_day(opinion.answered_at) > opinion.answer_by and not opinion.taken_back:
            says = _("Answered after the day that was set, %(due)s, and used: %(agency)s.") % told
            on = local_day(opinion.answered_at)
            yield self._deviation(DeviationKind.LATE_ANSWER_USED, "give_opinion", on, says)

    def _supplements(self) -> Iterator[Deviation]:
        asked: dict[int | None, int] = {}
        for asked_at in self.log.supplements:
            visit = self._asked_in(asked_at)
            if visit is not None:
                asked[visit.clock] = asked.get(visit.clock, 0) + 1
            says = self._supplement_words(asked_at, visit, asked.get(visit.clock if visit else None, 0))
            if says:
                kind, on = DeviationKind.SUPPLEMENT_AFTER_WINDOW, local_day(asked_at)
                yield self._deviation(kind, "supplement", on, says)

    def _asked_in(self, moment: datetime) -> Visit | None:
        """Return the visit during which a supplement could be asked for at `moment`."""
        fit = [
            visit
            for visit in self.run.visits
            if any(self.order.asks_applicant(visit.step, way) for way in self.order.nodes[visit.step].ways)
            and visit.entered_at <= moment
            and (visit.left_at is None or moment <= visit.left_at)
        ]
        return fit[-1] if fit else None

    def _supplement_words(self, asked_at: datetime, visit: Visit | None, times: int) -> str:
        if visit is None:
            return _("Asked while no check or appraisal of the file was open, or after the report.")
        if visit.due_on and visit.clock is not None and local_day(asked_at) > visit.due_on:
            return _("Asked after the last day of the appraisal, %(due)s.") % {
                "due": f"{visit.due_on:%d/%m/%Y}"
            }
        row = self._row(visit.step)
        if row and row.pauses == PauseRule.ONCE and times > 1:
            return _("Asked %(n)d times; the law lets the clock stop once.") % {"n": times}
        return ""

    def _approved_before(self, ruling: Ruling) -> list[datetime]:
        reviews = [one.reviewed_at for one in self.log.versions if one.approved and one.reviewed_at]
        return [moment for moment in reviews if moment <= ruling.decided_at]

    def _unreported(self) -> Iterator[Deviation]:
        for ruling in self.log.rulings:
            if not self._approved_before(ruling):
                says = _("Decided before an appraisal report was approved.")
                on = local_day(ruling.decided_at)
                yield self._deviation(DeviationKind.DECISION_BEFORE_REPORT, "decide", on, says)

    def _people(self) -> Iterator[Deviation]:
        """Yield who decided without being competent: the wrong agency, or one person in two parts."""
        drafters = {version.drafted_by for version in self.log.versions}
        reviewed = [one for one in self.log.versions if one.reviewed_by is not None and one.reviewed_at]
        for version in reviewed:
            if version.approved and version.reviewed_by in drafters and version.reviewed_at:
                says = _("One person drafted the report and approved it.")
                yield self._unfit("review_report", local_day(version.reviewed_at), says)
        for ruling in self.log.rulings:
            on = local_day(ruling.decided_at)
            if says := self._wrong_agency(ruling.issuer, AgencyKind.CITY_COMMITTEE, on):
                yield self._unfit("decide", on, says)
            if ruling.decided_by in drafters | {version.reviewed_by for version in reviewed}:
                yield self._unfit("decide", on, _("Whoever drafted or reviewed the report also decided."))

    def _unfit(self, step: str, on: date, says: str) -> Deviation:
        return self._deviation(DeviationKind.WITHOUT_COMPETENCE, step, on, says)

    # --- papers -----------------------------------------------------------------------------------
    def _papers(self) -> Iterator[Deviation]:
        for step, paper, on, earliest in self._dated():
            if on < earliest:
                told = {"paper": paper, "day": f"{on:%d/%m/%Y}", "earliest": f"{earliest:%d/%m/%Y}"}
                says = _("%(paper)s: dated %(day)s, though what it follows is of %(earliest)s.") % told
                yield self._deviation(DeviationKind.PAPER_OUT_OF_ORDER, step, on, says)

    def _dated(self) -> Iterator[tuple[str, Any, date, date]]:
        """Yield step, name and day of each paper, with the day of what it follows."""
        for leaf in self.log.papers:
            if leaf.step in self.order.nodes and (days := list(self._followed(leaf.kind, leaf.at))):
                yield leaf.step, leaf.kind.label, leaf.issued_on, max(days)
        if self.run.procedure == Procedure.ESTABLISHMENT:
            for ruling in self.log.rulings:
                approved = self._approved_before(ruling)
                if approved:
                    yield "decide", _("Decision"), ruling.signed_on, local_day(max(approved))

    def _followed(self, kind: PaperKind, at: datetime) -> Iterator[date]:
        """Yield the days of what a paper of `kind`, entered at `at`, has to follow."""
        answered = [one for one in self.log.papers if one.kind == ANSWERS.get(kind) and one.at <= at]
        if answered:
            yield max(answered, key=lambda one: one.at).issued_on
        if kind == PaperKind.SUBMISSION:
            yield from (v.due_on for v in self.run.visits if v.step == "receive_files" and v.due_on)
        if kind == PaperKind.NOTICE:
            yield local_day(self.run.visits[0].entered_at)
        if kind == PaperKind.COPY:
            yield from (ruling.signed_on for ruling in self.log.rulings)

"""What a city may set about the limits of the law. Facts in; a broken rule raises with its article."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from law.citations import shown
from law.exceptions import SettingRefused
from law.rows import Provision
from law.states import SettingKind

NEVER_LONGER = "NĐ 139/2025 Đ22.2"


class Dated(Protocol):
    """A setting on record, as far as it may stand in the way of another one."""

    @property
    def valid_from(self) -> date: ...

    @property
    def last_on(self) -> date | None: ...

    @property
    def paper(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A setting as it is asked for; `amount` is in the law's own unit, and only a shorter limit has one."""

    kind: SettingKind
    rule_set: str
    step: str
    amount: int | None
    valid_from: date
    valid_to: date | None
    paper_number: str
    paper_on: date
    reason: str


def check_setting(wanted: Wanted, row: Provision | None, others: Iterable[Dated], *, today: date) -> None:
    """Refuse a setting that the law does not leave to the city.

    `row` is the provision that it is about, None where there is none; `others` are the settings of the
    same kind for the same step.

    Raises:
        SettingRefused: the step is unknown or has no limit that binds, the limit would not be shorter (K-9),
            the clock of the step never stops, the days are wrong or overlap, the paper is missing.

    Source: Decree 139/2025/NĐ-CP, Art. 22(2).
    """
    if row is None:
        told = {"step": wanted.step, "rule_set": wanted.rule_set}
        raise SettingRefused(_("%(rule_set)s has no step %(step)s.") % told, field="step")
    if not row.has_limit:
        raise SettingRefused(_("The law sets no limit that binds for this step."), field="step")
    _check_amount(wanted, row)
    if wanted.kind == SettingKind.PAUSE_RESTARTS and not row.pauses:
        raise SettingRefused(
            _("The law (%(article)s) does not let the clock of this step stop.")
            % {"article": row.citation_shown},
            field="kind",
        )
    _check_days(wanted, others)
    check_paper(wanted.paper_number, wanted.paper_on, wanted.reason, today=today)


def _check_amount(wanted: Wanted, row: Provision) -> None:
    if wanted.kind != SettingKind.SHORTER_LIMIT:
        if wanted.amount is not None:
            raise SettingRefused(_("Only a shorter limit has a number."), field="amount")
        return
    if wanted.amount is None or wanted.amount < 1:
        raise SettingRefused(_("Give a whole number above zero."), field="amount")
    if wanted.amount >= (row.amount or 0):
        told = {"limit": row.limit_text, "article": row.citation_shown, "basis": shown(NEVER_LONGER)}
        raise SettingRefused(
            _("The law's own limit is %(limit)s (%(article)s). A city may only shorten it (%(basis)s).")
            % told,
            field="amount",
        )


def _check_days(wanted: Wanted, others: Iterable[Dated]) -> None:
    if wanted.valid_to and wanted.valid_to < wanted.valid_from:
        raise SettingRefused(_("The last day lies before the first one."), field="valid_to")
    for other in others:
        last, ends = wanted.valid_to or date.max, other.last_on or date.max
        if ends < other.valid_from:
            continue  # ended before it came into force
        if wanted.valid_from <= ends and other.valid_from <= last:
            raise SettingRefused(
                _("On some of these days another setting of this kind is in force for this step: %(paper)s.")
                % {"paper": other.paper},
                field="valid_from",
            )


def check_end(last_on: date, *, valid_from: date, before: date | None, today: date) -> None:
    """Refuse to end a setting that has ended, or for days that have passed.

    The day before its first one is the earliest: then it never comes into force.

    Raises:
        SettingRefused: it says which.
    """
    if before is not None and before <= last_on:
        raise SettingRefused(
            _("This setting ends on %(day)s already.") % {"day": f"{before:%d/%m/%Y}"}, field="last_on"
        )
    if last_on < valid_from - timedelta(days=1):
        raise SettingRefused(_("The setting begins later than on the day after this one."), field="last_on")
    if last_on < today:
        raise SettingRefused(
            _("A setting cannot be ended for days that have passed: limits may have been counted by it."),
            field="last_on",
        )


def check_paper(number: str, day: date, reason: str, *, today: date) -> None:
    """Refuse an act of the city without number or reason, or of a day that has not come.

    Raises:
        SettingRefused: it says what is missing.
    """
    if not number.strip():
        raise SettingRefused(_("Name the city's act by its number."), field="paper_number")
    if day > today:
        raise SettingRefused(_("The paper carries a day that has not come yet."), field="paper_on")
    if not reason.strip():
        raise SettingRefused(_("Give the reasons."), field="reason")

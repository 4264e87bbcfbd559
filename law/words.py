"""The rows of the law in words, in the language of the reader."""

from datetime import date
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from law import conditions
from law.rows import Cited, Condition, Figure, Provision, RuleSet
from law.states import Bound, Grade


def limit(row: Provision) -> str:
    """Return the limit of a step: `at least 90 calendar days`, or what stands in its place."""
    if row.within:
        return _("within the limit of %(step)s") % {"step": row.within}
    if not row.limit_text:
        return _("none")
    is_minimum = row.bound == Bound.AT_LEAST
    return _("at least %(limit)s") % {"limit": row.limit_text} if is_minimum else row.limit_text


def stops(row: Provision) -> str:
    """Return what stops or lengthens the clock of a step, or whose clock it stops; empty for neither."""
    if row.stops:
        return _("stops the clock of %(step)s") % {"step": row.stops}
    rules = [rule.label for rule in (row.pauses, row.extension, row.silence) if rule]
    return "; ".join(str(rule) for rule in rules)


def asks(row: Condition) -> str:
    """Return what a condition asks for, when it is tested, what may be met instead, and for whom not."""
    asked, exception = conditions.requirement(row), conditions.exception_words(row)
    if row.tested_if:
        told = {"condition": asked, "case": conditions.when_words(row.tested_if)}
        asked = _("%(condition)s. Only tested if: %(case)s") % told
    if not exception:
        return asked
    return _("%(condition)s. Except: %(exception)s") % {"condition": asked, "exception": exception}


def title(row: Condition) -> str:
    """Return what a condition is about."""
    return str(conditions.TITLES.get(row.rule, row.rule))


def figure(row: Figure) -> str:
    """Return the number of a figure: `≤ 5 ha`, or the day by which something is due."""
    if isinstance(row.value, date):
        return _("by %(day)s") % {"day": f"{row.value:%d/%m/%Y}"}
    return f"{row.operator.label} {number(row.value)} {row.unit_shown}"


def number(value: Decimal) -> str:
    """Return a number as the reader's language writes it, with thousands set apart."""
    return str(number_format(f"{value:f}", use_l10n=True, force_grouping=True))


def grade(row: Cited) -> str:
    """Return how sure we are of a row, and whether it binds."""
    if row.grade == Grade.SEEN and not row.binds:
        return _("read in the text, but its article is not known: binds nobody")
    if not row.binds:
        return _("%(grade)s: binds nobody") % {"grade": row.grade.label}
    return str(row.grade.label)


def yes_no(value: bool) -> str:
    """Return yes or no."""
    return _("yes") if value else _("no")


def days(first: date | None, last: date | None) -> str:
    """Return the days between which a row holds, both included; empty where none is known."""
    if first and last:
        return f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"
    if first:
        return _("from %(day)s") % {"day": f"{first:%d/%m/%Y}"}
    return _("until %(day)s") % {"day": f"{last:%d/%m/%Y}"} if last else ""


def in_force(row: RuleSet | Provision | Figure) -> str:
    """Return the own days of a row in words."""
    return days(row.valid_from, row.valid_to)

"""How spans of days are written: exactly where they are, as a range where they are not."""

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from clusters.dates import Days
from clusters.models import DatedFact
from timelines.waiting import Bounds

register = template.Library()

DAYS_OF_A_YEAR = 365.25


@register.filter
def days(span: Days | Bounds | int | None) -> str:
    """Write 1,749 days, 1,401 to 1,460 days, or 1,401 days or more; nothing for None."""
    if span is None:
        return ""
    if isinstance(span, int):
        return _days(span)
    if span.shortest is None:
        return gettext("not reached")
    if span.longest is None:
        return gettext("%(days)s or more") % {"days": _days(span.shortest)}
    if span.shortest == span.longest:
        return _days(span.shortest)
    return gettext("%(shortest)s to %(longest)s") % {
        "shortest": _grouped(span.shortest),
        "longest": _days(span.longest),
    }


@register.filter
def span_years(span: Days | Bounds) -> str:
    """Write a span of days in years with one decimal: 4.8 years, 3.8 to 4.0 years."""
    ends = [number_format(f"{end / DAYS_OF_A_YEAR:.1f}", use_l10n=True) for end in span if end is not None]
    if len(set(ends)) == 1:
        return gettext("%(years)s years") % {"years": ends[0]}
    return gettext("%(shortest)s to %(longest)s years") % {"shortest": ends[0], "longest": ends[-1]}


@register.simple_tag
def source_mark(fact: DatedFact, sources: list[str]) -> str | SafeString:
    """Write a link to the source of `fact` among the numbered `sources` below the table."""
    if fact.source not in sources:
        return ""
    number = sources.index(fact.source) + 1
    return format_html('<a href="#source-{}">[{}]</a>', number, number)


def _days(number: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": _grouped(number)}


def _grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)

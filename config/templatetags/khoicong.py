"""The project's own template words: form fields, badges, deadlines, and how days and areas are written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from accounts.names import fold
from clusters.dates import Days, days_between
from clusters.models import DatedFact

register = template.Library()

DAY = "%d/%m/%Y"
MOMENT = "%d/%m/%Y %H:%M"
SOON_WORKING_DAYS = 3
DAYS_OF_A_YEAR = 365.25
# What a word without its marks looks like where it is Vietnamese: onset, vowels, coda.
SYLLABLE = re.compile(
    r"(b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|qu|r|s|t|th|tr|v|x)?[aeiouy]{1,3}(c|ch|m|n|ng|nh|p|t)?"
)
TONES = {
    # stages of a case
    "listed": "neutral",
    "proposed": "info",
    "under_appraisal": "info",
    "appraised": "info",
    "established": "good",
    "preparing": "good",
    "under_construction": "good",
    "operating": "good",
    "operating_unestablished": "warn",
    "closed": "neutral",
    "withdrawn": "neutral",
    "rejected": "bad",
    "revoked": "bad",
    # dossiers and steps
    "draft": "neutral",
    "filed": "info",
    "awaiting_supplement": "paused",
    "recalled": "neutral",
    "not_selected": "neutral",
    "chosen": "good",
}


# --- how things are written -----------------------------------------------------------------------
@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day as 27/03/2026; a moment as its day in Vietnam; nothing for None."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime(DAY)
    return value.strftime(DAY) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write an aware moment as 27/03/2026 14:05 in Vietnam; nothing for None."""
    return timezone.localtime(value).strftime(MOMENT) if value else ""


@register.filter
def ha(value: Decimal | float | None) -> str:
    """Write an area in hectares: 1.234,5 ha (vi), 1,234.5 ha (en). What is not known is said so."""
    return f"{_number(value)} ha" if value is not None else gettext("not known")


@register.filter
def bn(value: Decimal | float | None) -> str:
    """Write an amount that is given in billions of đồng, with its unit. What is not known is said so."""
    if value is None:
        return gettext("not known")
    return gettext("%(amount)s billion VND") % {"amount": _number(value)}


def _number(value: Decimal | float) -> str:
    plain = f"{Decimal(str(value)):f}"
    trimmed = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return formats.number_format(trimmed, use_l10n=True, force_grouping=True)


class Span(Protocol):
    """So many days at least, so many at most; None where one of them is not reached."""

    @property
    def shortest(self) -> int | None: ...

    @property
    def longest(self) -> int | None: ...


@register.filter
def days(span: Span | None) -> str:
    """Write 1,749 days, 1,401 to 1,460 days, or 1,401 days or more; nothing for None."""
    if span is None:
        return ""
    if span.shortest is None:
        return gettext("not reached")
    if span.longest is None:
        return gettext("%(days)s or more") % {"days": _so_many_days(span.shortest)}
    if span.shortest == span.longest:
        return _so_many_days(span.shortest)
    return gettext("%(shortest)s to %(longest)s") % {
        "shortest": _grouped(span.shortest),
        "longest": _so_many_days(span.longest),
    }


@register.filter
def span_years(span: Span) -> str:
    """Write a span of days in years with one decimal: 4.8 years, 3.8 to 4.0 years, 3.8 years or more."""
    if span.shortest is None:
        return gettext("not reached")
    shortest = _years(span.shortest)
    said = gettext("%(years)s years") % {"years": shortest}
    if span.longest is None:
        return gettext("%(days)s or more") % {"days": said}
    longest = _years(span.longest)
    if shortest == longest:
        return said
    return gettext("%(shortest)s to %(longest)s years") % {"shortest": shortest, "longest": longest}


def _years(number: int) -> str:
    return formats.number_format(f"{number / DAYS_OF_A_YEAR:.1f}", use_l10n=True)


@register.filter
def since(fact: DatedFact, decision: DatedFact | None) -> Days | None:
    """Return the days from `decision` to `fact`; None where a day is missing, or they contradict."""
    took = days_between(decision.when, fact.when) if decision else None
    return took if took and took.longest >= 0 else None


def _so_many_days(number: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": _grouped(number)}


def _grouped(number: int) -> str:
    return formats.number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def as_told(text: object) -> str | SafeString:
    """Write what a source tells in its own words; where these are English, marked for who listens.

    A word is Vietnamese if it could be one of its syllables, or an abbreviation in capitals.
    """
    words = [word for word in re.findall(r"[^\W\d_]+", str(text)) if not word.isupper()]
    if all(SYLLABLE.fullmatch(fold(word)) for word in words):
        return str(text)
    return format_html('<span lang="en">{}</span>', text)


@register.filter
def tone(state: str) -> str:
    """Return the colour tone of a state: neutral, info, good, warn, bad or paused."""
    return TONES.get(str(state), "neutral")


# --- badges and deadlines -------------------------------------------------------------------------
@register.inclusion_tag("components/badge.html")
def badge(text: object, tone: str = "neutral") -> dict[str, object]:
    """Print a small labelled mark; `tone` is one of neutral, info, good, warn, bad, paused."""
    return {"text": text, "tone": tone}


@register.inclusion_tag("components/due.html")
def due(
    due_on: date | None,
    left: int | None = None,
    paused: bool = False,
    firm: bool = True,
    why: str = "",
) -> dict[str, object]:
    """Print a due day and the working days `left` (0 on the day itself, negative when late).

    `paused`: the clock stands, so nothing is late. Not `firm`: the count crosses days off that are
    only announced provisionally. `why` is the address that tells how the day was counted; empty where
    the page tells it itself.
    """
    return {
        "due_on": due_on,
        "tone": due_tone(due_on, left, paused),
        "text": due_text(due_on, left, paused),
        "firm": firm,
        "why": why,
    }


def due_tone(due_on: date | None, left: int | None, paused: bool) -> str:
    """Return paused, none, overdue, soon or fine."""
    if paused:
        return "paused"
    if due_on is None or left is None:
        return "none"
    if left < 0:
        return "overdue"
    return "soon" if left <= SOON_WORKING_DAYS else "fine"


def due_text(due_on: date | None, left: int | None, paused: bool) -> str:
    """Say in words what the colour says."""
    if paused:
        return gettext("Clock stopped")
    if due_on is None:
        return gettext("No legal time limit")
    if left is None:
        return ""
    if left < 0:
        late = ngettext("%(days)d working day late", "%(days)d working days late", -left)
        return late % {"days": -left}
    if left == 0:
        return gettext("Due today")
    return ngettext("%(days)d working day left", "%(days)d working days left", left) % {"days": left}


# --- forms ----------------------------------------------------------------------------------------
CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "", source: str = "", css: str = "") -> dict[str, Any]:
    """Print one form field: label, hint, legal `source`, errors, and the input tied to all of them.

    `hint` stands in for the field's own help text; `css` adds classes to the input (kc-w-10 …).
    """
    hint = hint or str(bound.help_text) or _example(bound)
    described_by = _described_by(bound, hint, source)
    context = {"field": bound, "hint": hint, "source": source, "described_by": described_by}
    return context | {"kind": _kind(bound), "widget": _widget(bound, described_by, css)}


@register.inclusion_tag("components/fields.html")
def fields(form: forms.BaseForm) -> dict[str, object]:
    """Print all fields of `form` in their order; the summary of errors is `errors`."""
    return {"form": form}


@dataclass(frozen=True)
class Problem:
    """One line of the error summary, and the id of the input it speaks of (empty: the whole form)."""

    text: str
    target: str = ""


@register.inclusion_tag("components/errors.html")
def errors(*given: object) -> dict[str, object]:
    """Print the error summary of one form or several; nothing, where all is well or no form is."""
    return {
        "problems": [
            problem for form in given if isinstance(form, forms.BaseForm) for problem in problems(form)
        ]
    }


def problems(form: forms.BaseForm) -> Iterable[Problem]:
    """Yield what is wrong with `form`, in the order of its fields: their names, then their own words."""
    yield from (Problem(str(text)) for text in form.non_field_errors())
    for bound in form:
        yield from (Problem(f"{bound.label}: {text}", input_id(bound)) for text in bound.errors)


def input_id(bound: BoundField) -> str:
    """Return the id that a link to this field points at: of a group, its first choice."""
    return f"{bound.auto_id}_0" if isinstance(bound.field.widget, CHOICES) else bound.auto_id


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, CHOICES):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "input"


def _example(bound: BoundField) -> str:
    if isinstance(bound.field, forms.DateField):
        return gettext("For example, 27/03/2026")
    return ""


def _described_by(bound: BoundField, hint: str, source: str) -> str:
    parts = {"hint": hint, "source": source, "error": bound.errors}
    return " ".join(f"{bound.auto_id}_{name}" for name, present in parts.items() if present)


def _widget(bound: BoundField, described_by: str, css: str) -> Any:
    # A placeholder (allauth sets them) says what the label says, and is gone with the first letter.
    bound.field.widget.attrs.pop("placeholder", None)
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, [_classes(bound), css]))}
    if isinstance(bound.field.widget, CHOICES):
        bound.field.widget.attrs.update(attrs)
        return list(bound)
    if described_by:
        attrs["aria-describedby"] = described_by
    if isinstance(bound.field, forms.DateField):
        attrs |= {"inputmode": "numeric", "autocomplete": "off", "maxlength": "10"}
    return bound.as_widget(attrs=attrs)


def _classes(bound: BoundField) -> str:
    widget = bound.field.widget
    own = str(widget.attrs.get("class", ""))
    base = "form-control"
    if isinstance(widget, (forms.CheckboxInput, *CHOICES)):
        base = "form-check-input"
    elif isinstance(widget, forms.Select):
        base = "form-select"
    elif isinstance(bound.field, forms.DateField):
        base = "form-control kc-w-date"
    invalid = "is-invalid" if bound.errors else ""
    return " ".join(filter(None, [own, base, invalid]))


@register.filter
def notice_tone(level: str) -> str:
    """Return the tone of a notice for the level of a Django message."""
    return {"success": "good", "warning": "warn", "error": "bad"}.get(level, "info")

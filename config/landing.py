"""The way of a proposal, as the first page tells it to visitors, from the law of the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.states import AgencyKind
from law import rulesets

# The steps that a visitor should know of, in plain words; who acts, and how long, the law says.
STEPS: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    ("E10", _("An investor sends the first request"), AgencyKind.INVESTOR.label),
    ("E20", _("The commune announces it in public"), AgencyKind.COMMUNE.label),
    ("E30", _("Other investors may apply"), AgencyKind.COMMUNE.label),
    ("E40", _("The file goes to the department"), AgencyKind.COMMUNE.label),
    ("E50", _("Departments give opinions, the file is appraised"), AgencyKind.INDUSTRY_TRADE.label),
    ("E70", _("The city decides"), AgencyKind.CITY_COMMITTEE.label),
)
# The article on the whole procedure is cited by this step.
CITED = "E40"


@dataclass(frozen=True)
class Stop:
    """One stop of the way, as `components/timeline.html` takes it."""

    title: str | Promise
    agency: str | Promise
    at: str
    state: str = "plain"


@dataclass(frozen=True)
class Way:
    """All stops under one rule set; `awaits_gazette`: it was read in a summary only."""

    stops: tuple[Stop, ...]
    citation: str
    awaits_gazette: bool


def way(on: date) -> Way:
    """Return the way of a proposal under the law in force on `on`."""
    rules = rulesets.rule_set_on(on)
    citation = rulesets.provision(rules.code, CITED).citation_shown
    return Way(tuple(_stops(rules.code)), citation, rules.awaits_gazette)


def _stops(code: str) -> Iterator[Stop]:
    for step, title, agency in STEPS:
        provision = rulesets.provision(code, step)
        yield Stop(title, agency, provision.limit_text if provision.has_limit else "")

"""Where a row of the law is found on the pages of the register."""

from datetime import date

from django.urls import reverse

from law import rulesets
from law.listing import anchor


def law_row_url(rule_set: str, step: str, *, on: date | None = None) -> str:
    """Return the address of the row `step` of `rule_set` (`POST` for the general laws) in the register.

    The page is that of the day `on`; without it, of the first day on which the row was in force, as far as
    it is known. KeyError where there is no such row.
    """
    day = on or _first_day(rule_set, step)
    return f"{reverse('law:rules')}{f'?on={day.isoformat()}' if day else ''}#{anchor(rule_set, step)}"


def _first_day(rule_set: str, step: str) -> date | None:
    if rule_set in rulesets.library().rule_sets:
        return rulesets.rule_set(rule_set).valid_from
    row = rulesets.provision(rule_set, step)
    return row.valid_from or row.valid_to

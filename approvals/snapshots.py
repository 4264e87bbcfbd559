"""Freezing what the conditions of the law came to, in the transaction of the act that it belongs to."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import override

from approvals import selectors
from approvals.models import ConditionSnapshot, Dossier
from approvals.states import Moment
from workflows.services import Act


def freeze(act: Act, dossier: Dossier, moment: Moment) -> ConditionSnapshot:
    """Keep the verdicts on `dossier` under the law of its case, in every language, with the facts."""
    stated, rule_set = selectors.facts(dossier), act.case.rule_set
    verdicts = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found = selectors.findings(dossier, rule_set=rule_set, stated=stated)
            verdicts[language] = [finding.as_json() for finding in found]
    return ConditionSnapshot.objects.create(
        case=act.case,
        moment=moment,
        taken_at=act.at,
        rule_set=rule_set,
        facts=stated,
        verdicts=verdicts,
    )

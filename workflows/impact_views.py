"""What a change of law means for the running cases: under which clause, and who has to choose."""

from __future__ import annotations

from collections import Counter

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from law import transitions
from law.rulesets import library
from law.transitions import Change
from workflows import policies, rule_sets, selectors


@login_required
@require_safe
def impact(request: PersonRequest) -> HttpResponse:
    """List the running cases that a change of law touches; `?to=R4` names it, the newest if none is named."""
    if not policies.may_see_impact(request.standing):
        raise Http404
    changes = known_changes()
    change = changes.get(request.GET.get("to", [*changes][-1]))
    if change is None:
        raise Http404
    after = request.GET.get("after", "")
    found = rule_sets.touched(change, request.standing)
    ahead = [row for row in found if row.case.code > after]
    rows = ahead[: selectors.PAGE]
    context = {
        "changes": [*reversed(changes.values())],
        "change": change,
        "clauses": Counter(row.clause for row in found).most_common(),
        "waiting": sum(row.must_choose for row in found),
        "rows": rows,
        "may_choose": policies.may_choose_rule_set(request.standing),
        "older": f"?to={change.after.code}&after={rows[-1].case.code}" if len(ahead) > len(rows) else "",
        "newer": f"?to={change.after.code}" if after else "",
    }
    return render(request, "workflows/impact.html", context)


def known_changes() -> dict[str, Change]:
    """Return every change of law by the rule set that it brought, oldest first."""
    found = [transitions.change_from(code) for code in library().rule_sets]
    return {change.after.code: change for change in found if change}

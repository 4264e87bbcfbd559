"""Which rule set a case is under: the list of those that wait for a choice, the choice, and the move."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest, form_key, read_number
from law import rulesets, transitions
from records.exceptions import AlreadyDone, DomainError, KeyReused
from records.services import Sent
from workflows import policies, rule_sets, selectors, services
from workflows.forms import RuleSetChoiceForm, RuleSetMoveForm
from workflows.models import Case, RuleSetChoice
from workflows.states import UNDER_WAY


@login_required
@require_safe
def questions(request: PersonRequest) -> HttpResponse:
    """List the cases about which an officer has to say which rule set holds."""
    if not policies.may_choose_rule_set(request.standing):
        raise Http404
    after = read_number(request.GET.get("after", "")) or 0
    waiting = rule_sets.waiting().filter(case__gt=after).select_related("case__cluster")
    found = list(waiting[: selectors.PAGE + 1])
    rows = found[: selectors.PAGE]
    context = {
        "rows": [(row, rulesets.rule_set(row.to_set)) for row in rows],
        "older": f"?after={rows[-1].case_id}" if len(found) > selectors.PAGE else "",
        "newer": "?" if "after" in request.GET else "",
    }
    return render(request, "workflows/rule_set_questions.html", context)


@login_required
def choose(request: PersonRequest, code: str) -> HttpResponse:
    """Say once whether a case stays under its rule set or moves to the one that followed."""
    if not policies.may_choose_rule_set(request.standing):
        raise Http404
    case = _case(request, code)
    waiting = rule_sets.question_of(case)
    question = waiting or case.rule_set_questions.order_by("-pk").first()
    if question is None:
        raise Http404
    is_decided = case.state not in UNDER_WAY
    form = RuleSetChoiceForm(
        request.POST or None,
        before=question.from_set,
        after=question.to_set,
        may_move=policies.may_move_rule_set(request.standing) or is_decided,
        is_decided=is_decided,
    )

    def record(told: dict[str, Any]) -> RuleSetChoice:
        assert isinstance(form, RuleSetChoiceForm)
        answer = form.told()
        sent = Sent(form_key(request), {"case": case.pk, **told})
        return services.choose_rule_set(case_id=case.pk, **answer, by=request.user, at=request.now, sent=sent)

    status, done = _submit(request, form, record)
    if done:
        return redirect("workflows:rule_set_questions")
    change = transitions.change_from(question.from_set)
    context = {
        "question": question,
        "is_open": waiting is not None,
        "clause": rule_sets.clauses_of([case], change)[case.pk] if change else None,
        "choice": case.rule_set_choices.select_related("chosen_by").last(),
        "old": rulesets.rule_set(question.from_set),
        "new": rulesets.rule_set(question.to_set),
        "renewed": rule_sets.preview(case, [question.to_set]) if waiting and case.rule_set else [],
    }
    return _page(request, "workflows/choose_rule_set.html", case, form, status, context)


@login_required
def move(request: PersonRequest, code: str) -> HttpResponse:
    """Move an open proposal to another rule set, by a paper; the page shows what that changes."""
    if not policies.may_move_rule_set(request.standing):
        raise Http404
    case = _case(request, code)
    if not case.rule_set:
        raise Http404
    known = rule_sets.others(case, on=request.today) if case.state in UNDER_WAY else []
    form = RuleSetMoveForm(request.POST or None, rule_sets=known)

    def record(told: dict[str, Any]) -> RuleSetChoice:
        sent = Sent(form_key(request), {"case": case.pk, **told})
        return services.move_to_rule_set(case_id=case.pk, **told, by=request.user, at=request.now, sent=sent)

    status, done = _submit(request, form, record)
    if done:
        return redirect("approvals:case", case.code)
    context = {
        "is_open": case.state in UNDER_WAY,
        "stands": transitions.decision_stands(),
        "renewed": rule_sets.preview(case, [row.code for row in known]),
    }
    return _page(request, "workflows/move_rule_set.html", case, form, status, context)


def _case(request: PersonRequest, code: str) -> Case:
    return get_object_or_404(Case.objects.visible_to(request.standing).select_related("cluster"), code=code)


def _submit(
    request: PersonRequest, form: forms.Form, record: Callable[[dict[str, Any]], RuleSetChoice]
) -> tuple[int, bool]:
    """Record a sent form; return the status of the page that shows it again, and whether it is done."""
    if request.method != "POST":
        return HTTPStatus.OK, False
    if not form.is_valid():
        return HTTPStatus.UNPROCESSABLE_ENTITY, False
    try:
        choice = record(form.cleaned_data)
    except AlreadyDone:
        messages.info(request, _("This was recorded already; nothing was done twice."))
    except KeyReused:
        raise
    except DomainError as error:
        field = error.details.get("field")
        form.add_error(field if field in form.fields else None, str(error.message))
        return error.status, False
    else:
        code = choice.to_set if choice.moves else choice.from_set
        messages.success(request, _("%(case)s is under %(code)s.") % {"case": choice.case.code, "code": code})
    return HTTPStatus.OK, True


def _page(
    request: PersonRequest, template: str, case: Case, form: forms.Form, status: int, more: dict[str, Any]
) -> HttpResponse:
    context = {"case": case, "form": form, "key": request.POST.get("key") or uuid4(), **more}
    return render(request, template, context, status=status)

"""What the city has set about the limits of the law: the list of a day, and the forms that change it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest, form_key
from law import policies, services
from law.models import LocalSetting
from law.rulesets import own_provision
from law.setting_forms import DayForm, EndForm, SettingForm
from records.exceptions import AlreadyDone, DomainError, KeyReused
from records.services import Sent


@login_required
@require_safe
def settings_on(request: PersonRequest) -> HttpResponse:
    """List what is in force on a day (today, if none is asked for), and what comes later."""
    _check_may_see(request)
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": request.today})
    is_asked = form.is_bound and form.is_valid()
    day = form.cleaned_data["on"] if is_asked else request.today
    rows = LocalSetting.objects.on(day).select_related("ending", "recorded_by")
    later = LocalSetting.objects.filter(valid_from__gt=day).select_related("ending", "recorded_by")
    context = {
        "form": form,
        "day": day,
        "rows": [_row(setting) for setting in rows],
        "later": [_row(one) for one in later if one.last_on is None or one.last_on >= one.valid_from],
        "may_set": policies.may_set_locally(request.standing),
    }
    status = 422 if form.is_bound and not is_asked else 200
    return render(request, "law/settings.html", context, status=status)


def _row(setting: LocalSetting) -> dict[str, Any]:
    row = own_provision(setting.rule_set, setting.step, on=setting.valid_from)
    assert row is not None, "no setting is recorded for a step that is none"
    return {"setting": setting, "law": row, "shorter": setting.shorter_text(row)}


@login_required
def add(request: PersonRequest) -> HttpResponse:
    """Enter one setting."""
    _check_may_set(request)
    form = SettingForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST":
        key = form_key(request)
        if form.is_valid():
            try:
                _set(request, form, Sent(key, form.cleaned_data))
            except KeyReused:
                raise
            except DomainError as error:
                status = _refuse(form, error, {"step": "limit"})
            else:
                return redirect("settings:list")
    context = {"form": form, "key": request.POST.get("key") or uuid4()}
    return render(request, "law/setting_add.html", context, status=status)


def _set(request: PersonRequest, form: SettingForm, sent: Sent) -> None:
    try:
        services.set_locally(wanted=form.wanted(), by=request.user, at=request.now, sent=sent)
    except AlreadyDone:
        messages.info(request, _("This was recorded already; nothing was done twice."))
    else:
        messages.success(request, _("Recorded. Limits that begin within these days are counted by it."))


@login_required
def end(request: PersonRequest, setting_id: int) -> HttpResponse:
    """End one setting, by an act of the city."""
    _check_may_set(request)
    setting = get_object_or_404(LocalSetting.objects.select_related("ending"), pk=setting_id)
    form = EndForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.end_setting(setting_id=setting.pk, **form.cleaned_data, by=request.user, at=request.now)
        except AlreadyDone:
            messages.info(request, _("This was recorded already; nothing was done twice."))
            return redirect("settings:list")
        except DomainError as error:
            status = _refuse(form, error, {})
        else:
            messages.success(request, _("Recorded. Limits that begin later are counted by the law alone."))
            return redirect("settings:list")
    return render(request, "law/setting_end.html", {"form": form, **_row(setting)}, status=status)


def _refuse(form: forms.Form, error: DomainError, names: dict[str, str]) -> int:
    """Say the refusal at its field (`names`: where the form calls it otherwise); return its status."""
    field = error.details.get("field")
    form.add_error(names.get(field, field) if field else None, str(error.message))
    return error.status


def _check_may_see(request: PersonRequest) -> None:
    if not policies.may_see_settings(request.standing):
        raise Http404


def _check_may_set(request: PersonRequest) -> None:
    if not policies.may_set_locally(request.standing):
        raise Http404

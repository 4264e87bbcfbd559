"""Pages for visitors without an account: the look-up of a dossier, and the decisions."""

from __future__ import annotations

from allauth.decorators import rate_limit
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from approvals import public
from approvals.codes import has_shape, is_well_formed, tidied


class LookUpForm(forms.Form):
    """What a look-up asks for. The digits keep codes, which are numbered, from being tried out."""

    code = forms.CharField(
        label=gettext_lazy("Code of the dossier"),
        max_length=40,
        help_text=gettext_lazy("As on the receipt, for example H26-2026-00017-D."),
        widget=forms.TextInput(
            {"class": "kc-w-20", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    digits = forms.CharField(
        label=gettext_lazy("Last four digits of the applicant’s tax code"),
        max_length=20,
        help_text=gettext_lazy(
            "Codes are numbered one after the other; with the digits, only those who know the applicant"
            " can follow a dossier. They are not kept, and do not appear in the address."
        ),
        widget=forms.TextInput({"class": "kc-w-5", "autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        """Return the code as it is printed; a slip of the pen is told apart from an unknown code."""
        code = tidied(self.cleaned_data["code"])
        if not has_shape(code):
            raise forms.ValidationError(
                _("A code looks like H26-2026-00017-D: city, year, number and a letter.")
            )
        if not is_well_formed(code):
            raise forms.ValidationError(
                _("The last letter does not fit the numbers. Compare the code with the receipt.")
            )
        return code

    def clean_digits(self) -> str:
        """Return the four digits."""
        digits = "".join(self.cleaned_data["digits"].split())
        if not (digits.isascii() and digits.isdigit() and len(digits) == public.DIGITS):
            raise forms.ValidationError(_("Write exactly four digits."))
        return digits


@never_cache
@rate_limit(action="look_up")
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask for code and digits, and lead on to an address that shows the dossier for a while.

    The digits are posted and the address is signed, so neither history nor logs hold what was typed.
    """
    form = LookUpForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        dossier = public.find_dossier(**form.cleaned_data)
        if dossier:
            return redirect("approvals:looked_up", public.token_for(dossier))
        form.add_error(
            None, _("There is no dossier with this code and these digits. Compare both with the receipt.")
        )
    return render(request, "approvals/look_up.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
def looked_up(request: HttpRequest, token: str) -> HttpResponse:
    """Show how a dossier stands; search engines keep nothing of it."""
    found = public.looked_up(token)
    if found is None:
        messages.info(request, _("This address holds for a quarter of an hour only. Please look up again."))
        return redirect("approvals:look_up")
    response = render(request, "approvals/looked_up.html", {"found": found})
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """List the decisions, newest first: those issued here, and those that sources tell of."""
    after = public.read_key(request.GET.get("after", ""))
    page = public.decisions_page(after)
    context = {
        "page": page,
        "older": f"?after={page.older}" if page.older else "",
        "newer": "?" if after else "",
    }
    return render(request, "approvals/decisions.html", context)

"""The pages of the register: public, for everybody alike."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters import selectors
from clusters.forms import RegisterForm
from clusters.models import Cluster


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Show one page of the register, as the address asks for it."""
    form = RegisterForm(request.GET)
    found = selectors.register(form.wanted)
    page = selectors.page(found, after=_mark(request, "after"), before=_mark(request, "before"))
    context = {
        "form": form,
        "page": page,
        "total": found.count(),
        "filtered": any(form.cleaned_data.values()),
        "newer": _address(form, before=page.newer),
        "older": _address(form, after=page.older),
    }
    return render(request, "clusters/cluster_list.html", context)


def _mark(request: HttpRequest, name: str) -> str:
    """Return the code that the address names; "" for anything that can be none, such as a NUL."""
    value = request.GET.get(name, "")
    return value if value.isprintable() else ""


def _address(form: RegisterForm, **mark: str) -> str:
    """Return the address of the neighbouring page with the same wishes; "" where there is none."""
    if not any(mark.values()):
        return ""
    wishes = {name: value for name, value in form.cleaned_data.items() if value}
    return "?" + urlencode(wishes | mark)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show all that is known of one cluster, and what is not."""
    try:
        entry = selectors.entry(code)
    except Cluster.DoesNotExist as error:
        raise Http404(_("There is no such cluster.")) from error
    context = {
        "entry": entry,
        "cluster": entry.cluster,
        "parts": entry.cluster.parts.in_order(),
        "replaced": selectors.replaced_facts(entry.cluster),
    }
    return render(request, "clusters/cluster_detail.html", context)

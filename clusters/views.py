"""The pages of the register: public, for everybody alike."""

from collections import Counter
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from clusters import maps, selectors
from clusters.forms import RegisterForm
from clusters.models import Cluster
from clusters.states import Sign
from law import legacy


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
        "wishes": _wishes(form),
    }
    return render(request, "clusters/cluster_list.html", context)


@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """Draw the clusters of which the coordinates are known, as the address asks for them."""
    form = RegisterForm(request.GET)
    placed = selectors.placed(selectors.register(form.wanted))
    drawn = maps.chart([place.boundary.ring for place in placed.places]) if placed.places else None
    marks = list(zip(placed.places, drawn.drawn, strict=True)) if drawn else []
    signs = Counter(place.sign for place in placed.places)
    context = {
        "form": form,
        "placed": placed,
        "chart": drawn,
        "marks": marks,
        "signs": [(sign, signs[sign]) for sign in Sign if signs[sign]],
        "filtered": any(form.cleaned_data.values()),
        "wishes": _wishes(form),
    }
    return render(request, "clusters/cluster_map.html", context)


def _mark(request: HttpRequest, name: str) -> str:
    """Return the code that the address names; "" for anything that can be none, such as a NUL."""
    value = request.GET.get(name, "")
    return value if value.isprintable() else ""


def _address(form: RegisterForm, **mark: str) -> str:
    """Return the address of the neighbouring page with the same wishes; "" where there is none."""
    if not any(mark.values()):
        return ""
    return "?" + urlencode(_wanted(form) | mark)


def _wishes(form: RegisterForm) -> str:
    """Return the wishes as the end of an address, for the same clusters on another page."""
    wanted = _wanted(form)
    return "?" + urlencode(wanted) if wanted else ""


def _wanted(form: RegisterForm) -> dict[str, str]:
    return {name: value for name, value in form.cleaned_data.items() if value}


@require_safe
def detail(request: PersonRequest, code: str) -> HttpResponse:
    """Show all that is known of one cluster, and what is not."""
    try:
        entry = selectors.entry(code)
    except Cluster.DoesNotExist as error:
        raise Http404(_("There is no such cluster.")) from error
    boundaries = selectors.boundaries(entry.cluster)
    finding = selectors.legacy_clause(entry)
    context = {
        "entry": entry,
        "legacy": finding,
        "legacy_days": legacy.days_left(finding.rule, today=request.today) if finding else None,
        "cluster": entry.cluster,
        "parts": entry.cluster.parts.in_order(),
        "replaced": selectors.replaced_facts(entry.cluster),
        "boundaries": boundaries,
        "chart": maps.chart([boundary.ring for boundary in boundaries]) if boundaries else None,
    }
    return render(request, "clusters/cluster_detail.html", context)

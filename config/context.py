"""What every page knows: the site, the look that was chosen, and where this person can go."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import Standing
from accounts.states import AgencyKind, Role
from config.errors import way_back
from config.version import VERSION
from law.policies import may_see_settings
from notifications import selectors as notifications

THEMES = {"light": _("Light"), "dark": _("Dark"), "auto": _("As the device")}
# What everybody may read beside the register: visitors find it above, all others in the footer.
PUBLIC = (
    (_("Map"), "clusters:map"),
    (_("Decisions"), "approvals:decisions"),
    (_("Look up a dossier"), "approvals:look_up"),
    (_("Rules by date"), "law:rules"),
)
# What the law says, for everybody, in the footer alone.
LAW = ((_("Calendar of days off"), "calendar:year"),)
NOBODY = Standing(0, frozenset())


@dataclass(frozen=True)
class Entry:
    """One place in the navigation; `count` is shown where it is not zero."""

    label: str
    url: str
    current: bool
    count: int = 0


def page(request: HttpRequest) -> dict[str, Any]:
    """Return what `base.html` needs; nothing here asks the database before it is printed."""
    return {
        "site_name": settings.SITE_NAME,
        "version": VERSION,
        "source_url": settings.SOURCE_URL,
        "demo": apps.is_installed("demo"),
        "languages": settings.LANGUAGES,
        "themes": THEMES,
        "theme": chosen_theme(request),
        "here": way_back(request) or request.get_full_path(),
        "nav": SimpleLazyObject(lambda: list(entries(request))),
        "public": PUBLIC + LAW,
        "menu": SimpleLazyObject(lambda: list(own_entries(request))),
    }


def chosen_theme(request: HttpRequest) -> str:
    """Return `light`, `dark`, or `auto` where nothing valid was chosen."""
    chosen = request.COOKIES.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def is_officer(standing: Standing) -> bool:
    """Tell whether the person works in a public office: has an inbox."""
    return any(kind != AgencyKind.INVESTOR for _, kind, _ in standing.seats)


def is_applicant(standing: Standing) -> bool:
    """Tell whether the person acts for an investor organisation."""
    return AgencyKind.INVESTOR in standing.kinds()


def is_leader(standing: Standing) -> bool:
    """Tell whether the person leads a public office: has a board."""
    return any(kind != AgencyKind.INVESTOR and role == Role.LEADER for _, kind, role in standing.seats)


def entries(request: HttpRequest) -> Iterator[Entry]:
    """Yield the places that are of use to this person, by standing."""
    standing: Standing = getattr(request, "standing", NOBODY)
    if is_officer(standing):
        yield _entry(request, _("Inbox"), "workflows:inbox")
    if is_applicant(standing) or (standing.user_id and not standing.seats):
        yield _entry(request, _("My proposals"), "approvals:proposals")
    if is_leader(standing):
        yield _entry(request, _("Board"), "timelines:board")
    yield _entry(request, _("Clusters"), "clusters:register")
    if not standing.user_id:
        yield from (_entry(request, label, name) for label, name in PUBLIC)
    user = getattr(request, "user", None)
    if isinstance(user, User):
        unread = notifications.unread_count(user)
        yield _entry(request, _("Notifications"), "notifications:list", unread)


def own_entries(request: HttpRequest) -> Iterator[Entry]:
    """Yield the places of the person's own menu."""
    standing: Standing = getattr(request, "standing", NOBODY)
    yield _entry(request, _("My profile"), "accounts:profile")
    if is_applicant(standing) or (standing.user_id and not standing.seats):
        yield _entry(request, _("My organisation"), "accounts:organisation")
    if standing.agencies(Role.ADMINISTRATOR):
        yield _entry(request, _("People of my agency"), "accounts:agencies")
    if may_see_settings(standing):
        yield _entry(request, _("Limits set by the city"), "settings:list")


def _entry(request: HttpRequest, label: object, name: str, count: int = 0) -> Entry:
    url = reverse(name)
    # The map lies below the register, and is a place of its own.
    inside = request.path.startswith(url) and not (name == "clusters:register" and _is_map(request))
    return Entry(str(label), url, inside, count)


def _is_map(request: HttpRequest) -> bool:
    return request.path == reverse("clusters:map")

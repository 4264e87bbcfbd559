"""A person's notices: the list, opening one, and having read all."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.requests import PersonRequest, read_number
from notifications import selectors, services
from notifications.models import Notification


@login_required
@require_safe
def list_(request: PersonRequest) -> HttpResponse:
    """Show the person's notices, newest first, a page at a time."""
    page = selectors.page(request.user, before=_number(request, "before"), after=_number(request, "after"))
    context = {
        "notices": [selectors.told(notice) for notice in page.notices],
        "unread": selectors.unread_count(request.user),
        "older": _link("before", page.older),
        "newer": _link("after", page.newer),
    }
    return render(request, "notifications/notification_list.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    return read_number(request.GET.get(name, ""))


def _link(name: str, key: int | None) -> str:
    return f"{reverse('notifications:list')}?{name}={key}" if key else ""


@login_required
@require_GET
def open_(request: PersonRequest, pk: int) -> HttpResponse:
    """Mark the notice as read and lead to what it is about."""
    notices = Notification.objects.visible_to(request.user).select_related("outbox")
    notice = get_object_or_404(notices, pk=pk)
    services.mark_read(notice, at=request.now)
    return redirect(selectors.told(notice).path or "notifications:list")


@login_required
@require_POST
def read_all(request: PersonRequest) -> HttpResponse:
    """Mark all of the person's notices as read and return to the list."""
    services.mark_all_read(by=request.user, at=request.now)
    return redirect("notifications:list")

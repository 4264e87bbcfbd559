"""The feed of decisions, for those who want to hear of new ones without an account."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse, reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import public
from approvals.models import Decision
from workflows.states import CaseKind

LENGTH = 50
# XML has no way to write them, and one in a name would take the feed from everybody.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class DecisionFeed(Feed):  # type: ignore[type-arg]
    """The newest decisions as Atom. Names of entries do not change with addresses or languages."""

    feed_type = Atom1Feed
    title = gettext_lazy("Decisions on industrial clusters of Hanoi")
    subtitle = gettext_lazy("Decisions that establish or expand an industrial cluster.")
    link = reverse_lazy("approvals:decisions")
    author_name = settings.SITE_NAME

    def feed_guid(self) -> str:
        """Return the feed's own name, which stays."""
        return _tag("decisions")

    def items(self) -> list[Decision]:
        """Return the newest decisions; the rest stands on the page."""
        return list(public.decisions_issued()[:LENGTH])

    def item_guid(self, item: Decision) -> str:
        """Return the entry's name, which stays."""
        return _tag(f"decision/{item.pk}")

    def item_title(self, item: Any) -> str:
        """Return number, cluster, and what was decided."""
        words = _("Decision {number}: {cluster} is established")
        if item.case.kind == CaseKind.EXPANSION:
            words = _("Decision {number}: {cluster} is expanded")
        title = words.format(number=item.number, cluster=item.case.cluster.name)
        if item.case.cluster.is_demo:
            title = _("{title} (made up)").format(title=title)
        return _plain(title)

    def item_description(self, item: Any) -> str:
        """Return day, issuer and area in a sentence."""
        words = _("Signed on {day} by {issuer}.").format(day=f"{item.signed_on:%d/%m/%Y}", issuer=item.issuer)
        return escape(_plain(words))  # readers take it for HTML

    def item_link(self, item: Decision) -> str:
        """Return the page of the cluster."""
        return reverse("clusters:detail", args=[item.case.cluster.code])

    def item_pubdate(self, item: Decision) -> datetime:
        """Return when the decision was put on record here."""
        return item.decided_at

    def item_updateddate(self, item: Decision) -> datetime:
        """Return the same: a decision does not change, a new one follows."""
        return item.decided_at


def _tag(name: str) -> str:
    """Return a name by the rules of RFC 4151, which holds even if the pages move."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{name}"


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)

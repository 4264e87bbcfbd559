"""What the sign-in page of the demo shows."""

from django import template

from clusters.models import Cluster
from clusters.selectors import Entry, entry
from demo.people import PASSWORD, PEOPLE, Person
from demo.stories import HISTORIES

register = template.Library()


@register.simple_tag
def demo_people() -> tuple[Person, ...]:
    """Return the people who can sign in at a click."""
    return PEOPLE


@register.simple_tag
def demo_password() -> str:
    """Return the one password of the demo."""
    return PASSWORD


@register.simple_tag
def demo_history() -> Entry | None:
    """Return what the register tells of the real cluster whose story is told; None before it is imported."""
    try:
        return entry(HISTORIES["adopt-1736-days"])
    except Cluster.DoesNotExist:
        return None

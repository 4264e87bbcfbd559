"""What the sign-in page of the demo shows."""

from django import template

from demo.people import PASSWORD, PEOPLE, Person

register = template.Library()


@register.simple_tag
def demo_people() -> tuple[Person, ...]:
    """Return the people who can sign in at a click."""
    return PEOPLE


@register.simple_tag
def demo_password() -> str:
    """Return the one password of the demo."""
    return PASSWORD

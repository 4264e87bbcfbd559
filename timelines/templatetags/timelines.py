"""The sources below a table of days."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clusters.models import DatedFact

register = template.Library()


@register.simple_tag
def source_mark(fact: DatedFact, sources: list[str]) -> str | SafeString:
    """Write a link to the source of `fact` among the numbered `sources` below the table."""
    if fact.source not in sources:
        return ""
    number = sources.index(fact.source) + 1
    return format_html('<a href="#source-{}">[{}]</a>', number, number)

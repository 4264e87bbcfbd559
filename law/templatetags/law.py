"""Template words for the law: where a row of it is found."""

from django import template

from law.addresses import law_row_url
from law.listing import Entry

register = template.Library()

register.simple_tag(law_row_url)


@register.inclusion_tag("law/_marks.html")
def marks(entry: Entry) -> dict[str, object]:
    """Print what a reader has to know before relying on a row: read in a summary only, or not binding."""
    return {"row": entry.row}

"""What pages of lower rooms show of cases; those rooms import nothing from here, templates may."""

from django import template

from approvals import public
from clusters.models import Cluster

register = template.Library()


@register.inclusion_tag("approvals/parts/public_cases.html")
def public_cases(cluster: Cluster) -> dict[str, object]:
    """Print the public history of the cluster's cases."""
    return {"cases": public.cases_of(cluster)}

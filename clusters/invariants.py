"""What must always hold in the register."""

from collections.abc import Iterator

from clusters.models import Cluster
from records.invariants import invariant


@invariant("C1", "the search column and the order of every cluster follow from what it says")
def found_by_what_it_says() -> Iterator[str]:
    for cluster in Cluster.objects.iterator():
        written = (cluster.folded, cluster.sort_key)
        cluster.index()
        if written != (cluster.folded, cluster.sort_key):
            yield f"{cluster.code}: is found or ordered by other words than its own"

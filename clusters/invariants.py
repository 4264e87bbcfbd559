"""What must always hold in the register."""

from collections.abc import Iterator

from clusters import geometry
from clusters.models import Boundary, Cluster
from records.invariants import invariant


@invariant("C1", "the search column and the order of every cluster follow from what it says")
def found_by_what_it_says() -> Iterator[str]:
    for cluster in Cluster.objects.iterator():
        written = (cluster.folded, cluster.sort_key)
        cluster.index()
        if written != (cluster.folded, cluster.sort_key):
            yield f"{cluster.code}: is found or ordered by other words than its own"


@invariant("C2", "the area of every boundary is what its corners enclose")
def boundaries_measure_up() -> Iterator[str]:
    for boundary in Boundary.objects.select_related("cluster").iterator():
        if boundary.area_ha != geometry.area_ha(boundary.ring):
            yield f"{boundary.cluster.code}: boundary {boundary.pk} does not enclose {boundary.area_ha} ha"

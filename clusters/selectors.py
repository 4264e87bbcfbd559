"""Reads of the register, which is public."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q

from accounts.names import collation_key
from clusters.models import Boundary, Cluster, ClusterQuerySet, DatedFact
from clusters.states import SIGNS, UNKNOWN, FactKind, Kind, Sign, Stage
from law import legacy
from law.exceptions import NoRuleSet
from law.rows import RuleSet
from law.rulesets import rule_set_on

PAGE_SIZE = 25
ONLY_IF_TOLD = (FactKind.EXPANSION_DECISION, FactKind.AREA)
# More signs than these hide each other, and the page would be slow on a telephone.
MOST_ON_A_MAP = 300


@dataclass(frozen=True)
class Wanted:
    """What a reader of the register asks for; "" means anything, `unknown` that no source says it."""

    text: str = ""
    kind: str = ""
    stage: str = ""
    district: str = ""
    craft_village: str = ""
    made_up: str = ""


@dataclass(frozen=True)
class Entry:
    """A cluster with the facts that stand; None where no source tells one of that kind."""

    cluster: Cluster
    facts: dict[str, DatedFact] = field(default_factory=dict)

    @property
    def decision(self) -> DatedFact | None:
        """Return what is known of the establishment decision."""
        return self.facts.get(FactKind.DECISION)

    @property
    def status(self) -> DatedFact | None:
        """Return the status as the source words it."""
        return self.facts.get(FactKind.STATUS)

    @property
    def law(self) -> RuleSet | None:
        """Return the law that was in force on the day of the decision; None where no day says."""
        return law_on(self.decision) if self.decision else None

    @property
    def timeline(self) -> list[tuple[FactKind, DatedFact | None]]:
        """Return every kind of fact, told or not, so that a page can say what is not known.

        Of an expansion, and of how the area came about, nothing is missing where nothing is told.
        """
        kinds = [kind for kind in FactKind if kind in self.facts or kind not in ONLY_IF_TOLD]
        return [(kind, self.facts.get(kind)) for kind in kinds]


@dataclass(frozen=True)
class Page:
    """One page of the register; the codes lead on (`older`) and back (`newer`), "" where it ends."""

    entries: list[Entry]
    newer: str
    older: str


def register(wanted: Wanted) -> ClusterQuerySet:
    """Return the clusters that are `wanted`."""
    found = Cluster.objects.search(wanted.text)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.stage:
        found = found.filter(stage="" if wanted.stage == UNKNOWN else wanted.stage)
    if wanted.district:
        found = found.filter(district_text="" if wanted.district == UNKNOWN else wanted.district)
    if wanted.craft_village:
        known = {"yes": True, "no": False, UNKNOWN: None}
        found = found.filter(craft_village=known[wanted.craft_village])
    if wanted.made_up:
        found = found.filter(is_demo=wanted.made_up == "yes")
    return found


def page(found: ClusterQuerySet, *, after: str = "", before: str = "", size: int = PAGE_SIZE) -> Page:
    """Return the page that follows the cluster with code `after`, or ends ahead of `before`.

    The first page where neither is given or known, or nothing lies beyond. Takes three queries (two
    more in that last case), however long the register is: pages are found by key, never by counting.
    """
    found_from_start = found
    mark = Cluster.objects.filter(code=before or after).values_list("sort_key", "id").first()
    backwards = bool(before and mark)
    found = found.prefetch_related(Prefetch("facts", queryset=DatedFact.objects.standing()))
    if mark:
        found = found.filter(_beyond(*mark, backwards=backwards))
    order = ("-sort_key", "-id") if backwards else ("sort_key", "id")
    clusters = list(found.order_by(*order)[: size + 1])
    if mark and not clusters:
        return page(found_from_start, size=size)
    more = len(clusters) > size
    clusters = clusters[:size]
    if backwards:
        clusters.reverse()
    has_newer = more if backwards else bool(mark)
    has_older = True if backwards else more
    return Page(
        entries=[_entry(cluster, cluster.facts.all()) for cluster in clusters],
        newer=clusters[0].code if clusters and has_newer else "",
        older=clusters[-1].code if clusters and has_older else "",
    )


def _beyond(sort_key: str, cluster_id: int, *, backwards: bool) -> Q:
    # The first bound alone would do for the order; it is there for the index.
    if backwards:
        return Q(sort_key__lte=sort_key) & (Q(sort_key__lt=sort_key) | Q(id__lt=cluster_id))
    return Q(sort_key__gte=sort_key) & (Q(sort_key__gt=sort_key) | Q(id__gt=cluster_id))


def _entry(cluster: Cluster, facts: Iterable[DatedFact]) -> Entry:
    return Entry(cluster, {fact.kind: fact for fact in facts})


@dataclass(frozen=True)
class Place:
    """A cluster on the map, with the boundary that holds now."""

    cluster: Cluster
    boundary: Boundary

    @property
    def sign(self) -> Sign:
        """Return how the map marks it."""
        return SIGNS[self.cluster.stage]


@dataclass(frozen=True)
class Placed:
    """The wanted clusters on the map: the first of them by name, and how many there are in all."""

    places: list[Place]
    wanted: int
    located: int

    @property
    def without_coordinates(self) -> int:
        """Return how many of the wanted clusters the map cannot show."""
        return self.wanted - self.located


def placed(found: ClusterQuerySet, *, most: int = MOST_ON_A_MAP) -> Placed:
    """Return where the found clusters lie, as far as their boundaries are known; `most` of them at most.

    Takes three queries, however long the register is.
    """
    standing = Boundary.objects.standing().filter(cluster__in=found.order_by())
    drawn = standing.select_related("cluster").order_by("cluster__sort_key", "cluster_id")[:most]
    places = [Place(boundary.cluster, boundary) for boundary in drawn]
    return Placed(places, wanted=found.count(), located=standing.count())


def boundaries(cluster: Cluster) -> list[Boundary]:
    """Return all boundaries that the cluster has had, the one that holds now first."""
    return list(cluster.boundaries.order_by("-id"))


def districts() -> list[str]:
    """Return the districts that the register names, in the order of the Vietnamese alphabet."""
    named = Cluster.objects.exclude(district_text="").order_by().values_list("district_text", flat=True)
    return sorted(named.distinct(), key=collation_key)


def entry(code: str) -> Entry:
    """Return the cluster with this code (in any case of letters), with its standing facts.

    Raises:
        Cluster.DoesNotExist: there is none.
    """
    cluster = Cluster.objects.select_related("part_of", "commune").get(code=code.upper())
    return _entry(cluster, cluster.facts.standing())


def law_on(fact: DatedFact) -> RuleSet | None:
    """Return the rule set that was in force on the day of `fact`; None where its days allow two, or none."""
    if fact.earliest is None or fact.latest is None:
        return None
    try:
        first, last = rule_set_on(fact.earliest), rule_set_on(fact.latest)
    except NoRuleSet:
        return None
    return first if first == last else None


def legacy_clause(entry: Entry) -> legacy.Finding | None:
    """Return the clause for clusters older than the rules, where it holds or may hold for this one.

    Nothing is said of a cluster of which no source tells that it was there before it was established.
    """
    cluster, decision = entry.cluster, entry.decision
    told = [fact.latest for fact in entry.facts.values() if fact.latest]
    unestablished = cluster.stage == Stage.OPERATING_UNESTABLISHED
    found = legacy.classify(
        legacy.ClusterFacts(
            area_ha=cluster.area_ha,
            is_special=True if cluster.craft_village else None,
            formed_by=min(told, default=None),
            is_established=bool(decision) or (False if unestablished else None),
            established_from=decision.earliest if decision else None,
            established_to=decision.latest if decision else None,
            in_list=True if cluster.kind == Kind.PROPOSED_IN_PLAN else None,
        )
    )
    was_there = unestablished or cluster.kind in (Kind.OPERATING_NAMED, Kind.EXISTING_FORMALISED)
    return found if found and (found.is_certain or was_there) else None


def replaced_facts(cluster: Cluster) -> list[DatedFact]:
    """Return what was told of the cluster before it was told otherwise, newest first."""
    return list(cluster.facts.exclude(superseded_at=None).order_by("-superseded_at", "-id"))

"""Writing the register: whole files at once, and single clusters and facts as procedures leave them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import Area
from clusters import decisions, geometry, register_file, rules
from clusters.dates import ImpreciseDate, exactly
from clusters.models import HECTARES, Boundary, Cluster, DatedFact
from clusters.register_file import FactRow, RegisterRow
from clusters.states import FactKind, Kind, Relation
from law.states import Grade

CHUNK = 500

# What a file says of a cluster; all else of the row is facts.
_TOLD = (
    "name",
    "kind",
    "craft_village",
    "commune_text",
    "district_text",
    "area_ha",
    "investor_text",
    "capital_bn_vnd",
    "planned_period",
    "source",
    "grade",
    "grade_note",
    "inferred",
    "note",
)
_INDEXED = ("folded", "sort_key", "changed_at")
_FACT_FIELDS = (
    "number_text",
    "text",
    "precision",
    "earliest",
    "latest",
    "date_text",
    "date_remark",
    "reported_on",
    "source",
    "grade",
    "grade_note",
)

Progress = Callable[[int, int], None]

# The source of what was decided in this system, and not read elsewhere. No file corrects it.
OWN = "Khởi Công"


@dataclass(frozen=True)
class ImportResult:
    """What an import did with one row: entered it, changed what stood there, or found nothing new."""

    cluster: Cluster
    row: RegisterRow
    created: bool
    changed: bool


def adoption_stage(row: RegisterRow) -> rules.Adoption:
    """Return the stage at which the cluster of `row` is adopted as a case (or None), with the reason."""
    return rules.adoption(kind=row.kind, status=row.status)


@transaction.atomic
def import_rows(
    rows: Sequence[RegisterRow], *, at: datetime, is_demo: bool = False, progress: Progress | None = None
) -> list[ImportResult]:
    """Write the rows into the register: all of them, or none. What stands there already is not touched.

    `changed` is true where a known cluster's row or one of its facts is now told differently; a
    corrected fact supersedes the one before. Clusters that the rows do not name stay as they are.
    The number of queries grows with chunks of 500 rows, not with rows. `progress(done, total)` is told
    after each chunk.
    """
    results: list[ImportResult] = []
    for start in range(0, len(rows), CHUNK):
        results += _import_chunk(rows[start : start + CHUNK], at=at, is_demo=is_demo)
        if progress:
            progress(len(results), len(rows))
    return _linked(results, at=at)


def _import_chunk(rows: Sequence[RegisterRow], *, at: datetime, is_demo: bool) -> list[ImportResult]:
    known = {c.code: c for c in _lock(row.code for row in rows)}
    clusters = {
        row.code: known.get(row.code) or Cluster(code=row.code, is_demo=is_demo, recorded_at=at)
        for row in rows
    }
    own = DatedFact.objects.standing().filter(cluster__in=list(known.values()), source=OWN)
    expanded = set(own.filter(kind=FactKind.AREA).values_list("cluster__code", flat=True))
    told_anew = {
        row.code for row in rows if _tell(clusters[row.code], row, at=at, but_area=row.code in expanded)
    }
    _write(clusters[code] for code in told_anew)
    corrected = _import_facts(rows, clusters, at=at)
    return [
        ImportResult(
            cluster=clusters[row.code],
            row=row,
            created=row.code not in known,
            changed=row.code in known and row.code in told_anew | corrected,
        )
        for row in rows
    ]


def _lock(codes: Iterable[str]) -> list[Cluster]:
    return list(Cluster.objects.select_for_update().filter(code__in=list(codes)).order_by("code"))


def _tell(cluster: Cluster, row: RegisterRow, *, at: datetime, but_area: bool) -> bool:
    """Set on `cluster` what `row` says, and tell whether that is anything new.

    `but_area`: the area follows from a decision that was taken here, after the file was written.
    """
    before = _values(cluster, _TOLD)
    for name in _TOLD:
        if name == "area_ha" and but_area:
            continue
        setattr(cluster, name, getattr(row, name))
    if cluster.pk and before == _values(cluster, _TOLD):
        return False
    cluster.changed_at = at
    cluster.index()
    return True


def _values(record: Any, names: tuple[str, ...]) -> list[Any]:
    return [getattr(record, name) for name in names]


def _write(clusters: Iterable[Cluster]) -> None:
    """Insert the new and update the known ones, in as many statements as the database's limits ask for."""
    Cluster.objects.bulk_create(
        sorted(clusters, key=lambda cluster: cluster.code),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[*_TOLD, *_INDEXED],
    )


def _import_facts(rows: Sequence[RegisterRow], clusters: dict[str, Cluster], *, at: datetime) -> set[str]:
    """Add the facts that are new; return the codes of clusters of which a fact changed or was taken back.

    What was decided here stands, whatever a file says.
    """
    standing = {
        (fact.cluster_id, fact.kind): fact
        for fact in DatedFact.objects.standing().filter(cluster__in=list(clusters.values()))
    }
    own = {key for key, fact in standing.items() if fact.source == OWN}
    standing = {key: fact for key, fact in standing.items() if key not in own}
    added: list[DatedFact] = []
    corrected: set[str] = set()
    for row in rows:
        told = [_fact(clusters[row.code], row, fact, at=at) for fact in row.facts]
        for fact in told:
            if (fact.cluster_id, fact.kind) in own:
                continue
            before = standing.get((fact.cluster_id, fact.kind))
            if before and _values(before, _FACT_FIELDS) == _values(fact, _FACT_FIELDS):
                del standing[fact.cluster_id, fact.kind]
                continue
            added.append(fact)
            corrected.add(row.code)
    codes = {cluster.pk: cluster.code for cluster in clusters.values()}
    corrected |= {codes[cluster_id] for cluster_id, __ in standing}
    if standing:
        replaced = [fact.pk for fact in standing.values()]
        DatedFact.objects.filter(pk__in=replaced).update(superseded_at=at)
    DatedFact.objects.bulk_create(added)
    return corrected


def _fact(cluster: Cluster, row: RegisterRow, told: FactRow, *, at: datetime) -> DatedFact:
    fact = DatedFact(
        cluster=cluster,
        kind=told.kind,
        number_text=told.number_text,
        candidates=list(told.candidates),
        text=told.text,
        source=row.source,
        grade=row.grade,
        grade_note=row.grade_note,
        recorded_at=at,
    )
    fact.when = told.when
    return fact


def _linked(results: list[ImportResult], *, at: datetime) -> list[ImportResult]:
    """Tie together the clusters that belong together, once both stand in the register."""
    relations = {relation.code: relation for relation in register_file.relations()}
    if not any(result.cluster.code in relations for result in results):
        return results
    others = Cluster.objects.in_bulk({r.other for r in relations.values()}, field_name="code")
    return [_tie(result, relations.get(result.cluster.code), others, at=at) for result in results]


def _tie(
    result: ImportResult,
    relation: register_file.RelationRow | None,
    others: dict[str, Cluster],
    *,
    at: datetime,
) -> ImportResult:
    cluster = result.cluster
    other = others.get(relation.other) if relation else None
    if relation is None or other is None or cluster.part_of_id == other.pk:
        return result
    cluster.part_of, cluster.relation, cluster.changed_at = other, relation.relation, at
    cluster.save(update_fields=["part_of", "relation", "changed_at"])
    return ImportResult(cluster, result.row, created=result.created, changed=not result.created)


@transaction.atomic
def enter(
    *,
    code: str,
    name: str,
    kind: Kind,
    at: datetime,
    commune: Area | None = None,
    district_text: str = "",
    area_ha: Decimal | None = None,
    craft_village: bool | None = None,
    investor_text: str = "",
    part_of: Cluster | None = None,
    source: str = "",
    is_demo: bool = False,
) -> Cluster:
    """Enter one cluster, as a proposal names it; its place is the commune's present name.

    Raises:
        IntegrityError: `code` is taken.
    """
    return Cluster.objects.create(
        code=code,
        name=name,
        kind=kind,
        commune=commune,
        commune_text=commune.name if commune else "",
        district_text=district_text,
        area_ha=area_ha,
        craft_village=craft_village,
        investor_text=investor_text,
        part_of=part_of,
        relation=Relation.EXPANSION_OF if part_of else "",
        source=source,
        is_demo=is_demo,
        recorded_at=at,
        changed_at=at,
    )


@transaction.atomic
def add_area(
    *,
    cluster: Cluster,
    before_ha: Decimal,
    added_ha: Decimal,
    decided_on: date,
    number_text: str,
    at: datetime,
) -> Decimal:
    """Add the area that decision `number_text` gives to `cluster`, and return the whole area in hectares.

    `before_ha` counts only where the register does not know the area. The area is a fact too, so that
    what it was stays in the history; of one that nobody told with a day, the fact begins here.
    """
    stands = Cluster.objects.select_for_update().get(pk=cluster.pk)
    before = before_ha if stands.area_ha is None else stands.area_ha
    if not stands.facts.standing().filter(kind=FactKind.AREA).exists():
        _record_area(stands, before, when=ImpreciseDate(), source=stands.source, at=at)
    after = before + added_ha
    _record_area(stands, after, when=exactly(decided_on), number_text=number_text, source=OWN, at=at)
    cluster.area_ha, cluster.changed_at = after, at
    Cluster.objects.filter(pk=cluster.pk).update(area_ha=after, changed_at=at)
    return after


def _record_area(cluster: Cluster, area_ha: Decimal, **told: Any) -> None:
    text = f"{area_ha.normalize():f}{HECTARES}"
    grade = Grade(cluster.grade) if cluster.grade else Grade.SEEN
    record_fact(cluster=cluster, kind=FactKind.AREA, text=text, grade=grade, **told)


@transaction.atomic
def record_fact(
    *,
    cluster: Cluster,
    kind: FactKind,
    when: ImpreciseDate,
    at: datetime,
    number_text: str = "",
    text: str = "",
    source: str = "",
    grade: Grade = Grade.SEEN,
) -> DatedFact:
    """Add what a procedure or a source newly tells; it supersedes the standing fact of its kind."""
    DatedFact.objects.standing().filter(cluster=cluster, kind=kind).update(superseded_at=at)
    fact = DatedFact(
        cluster=cluster,
        kind=kind,
        number_text=number_text,
        candidates=list(decisions.candidates(number_text)),
        text=text,
        source=source,
        grade=grade,
        recorded_at=at,
    )
    fact.when = when
    fact.save()
    return fact


@transaction.atomic
def record_boundary(
    *,
    cluster: Cluster,
    corners: Sequence[geometry.Corner],
    decided_on: date,
    number_text: str,
    source: str,
    at: datetime,
) -> Boundary:
    """Add the boundary that a decision gives the cluster; it supersedes the standing one.

    Raises:
        CornersInvalid: the corners are no boundary (`clusters.geometry.check_corners`).
    """
    geometry.check_corners(corners)
    Cluster.objects.select_for_update().get(pk=cluster.pk)
    Boundary.objects.standing().filter(cluster=cluster).update(superseded_at=at)
    return Boundary.objects.create(
        cluster=cluster,
        corners=[list(corner) for corner in corners],
        area_ha=geometry.area_ha(corners),
        decided_on=decided_on,
        number_text=number_text,
        source=source,
        recorded_at=at,
    )

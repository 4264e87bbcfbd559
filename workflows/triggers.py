"""Copies that the database keeps itself: they cost no round trip, and no code path can forget them.

The register's stage of a cluster, and for every agency the open steps that it waits for elsewhere.
"""

from collections.abc import Iterable

from django.db import connections

from clusters.models import Cluster
from workflows.models import WORK_TYPES, Awaited, Case, Step
from workflows.states import CaseKind

CASE, CLUSTER = Case._meta.db_table, Cluster._meta.db_table
STEP, AWAITED = Step._meta.db_table, Awaited._meta.db_table
COPIED = f"{CASE}_copied"
TOLD = f"{STEP}_awaited"


def install(using: str) -> None:
    """Create the triggers, or create them again."""
    connection = connections[using]
    _execute(using, [*_copied(connection.vendor), *_awaited(connection.vendor)])


def install_after_migrate(sender: object, using: str, **kwargs: object) -> None:
    """Receive `post_migrate` of this app: set right what was written while the triggers were away."""
    if AWAITED in connections[using].introspection.table_names():  # not there on the way back to 0001
        install(using)
        synchronise(using)


def synchronise(using: str) -> None:
    """Write what `Awaited` lacks, and take out what it should not hold."""
    _execute(using, _synchronised(""))


def _execute(using: str, statements: Iterable[str]) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _copied(vendor: str) -> list[str]:
    # An expansion leaves the stage of the cluster that it expands alone.
    copy = (
        f"UPDATE {CLUSTER} SET stage = NEW.state WHERE id = NEW.cluster_id AND NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {CASE} other WHERE other.cluster_id = NEW.cluster_id"
        f" AND (other.kind = NEW.kind AND other.id > NEW.id"
        f" OR other.kind = '{CaseKind.NEW}' AND NEW.kind <> '{CaseKind.NEW}'));"
    )
    if vendor == "sqlite":
        return [
            statement
            for event, on in (("insert", "INSERT"), ("update", "UPDATE OF state"))
            for statement in (
                f"DROP TRIGGER IF EXISTS {COPIED}_{event}",
                f"CREATE TRIGGER {COPIED}_{event} AFTER {on} ON {CASE} BEGIN {copy} END",
            )
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {COPIED}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {copy} RETURN NULL; END $$",
        f"CREATE OR REPLACE TRIGGER {COPIED}_insert AFTER INSERT ON {CASE}"
        f" FOR EACH ROW EXECUTE FUNCTION {COPIED}()",
        f"CREATE OR REPLACE TRIGGER {COPIED}_update AFTER UPDATE OF state ON {CASE} FOR EACH ROW"
        f" WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION {COPIED}()",
    ]


def _awaited(vendor: str) -> list[str]:
    """Return what creates the triggers that keep `Awaited`; an act on a case holds its lock meanwhile."""
    columns = ("agency_id", "due_on", "finished")
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    # A claim changes none of these, and a gate of the engine concerns nobody.
    when = {
        "insert": f"NEW.agency_id IS NOT NULL OR NEW.flow_task_type IN {WORK_TYPES}",
        "update": " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns),
    }
    on = {"insert": "INSERT", "update": f"UPDATE OF {', '.join(columns)}", "delete": "DELETE"}
    made = []
    for event in on:
        row = "OLD" if event == "delete" else "NEW"
        gone = [f"DELETE FROM {AWAITED} WHERE step_id = OLD.id"] if event == "delete" else []  # noqa: S608
        body = "; ".join([*gone, *_synchronised(f"{row}.case_id")])
        name, condition = f"{TOLD}_{event}", f"WHEN ({when[event]})" if event in when else ""
        head = f"AFTER {on[event]} ON {STEP} FOR EACH ROW {condition}"
        if vendor == "sqlite":
            made += [f"DROP TRIGGER IF EXISTS {name}", f"CREATE TRIGGER {name} {head} BEGIN {body}; END"]
        else:
            made += [
                # The session keeps the plan; one made while the table looked empty would read all of it.
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
                f" SET enable_seqscan = off AS $$ BEGIN {body}; RETURN NULL; END $$",
                f"CREATE OR REPLACE TRIGGER {name} {head} EXECUTE FUNCTION {name}()",
            ]
    return made


def _synchronised(case: str) -> list[str]:
    """Return what makes the rows of one case right (of all, for ""), writing no row that is right.

    Every table is narrowed to the case: however few rows the planner believes in, it reads no others.
    """
    mine = f"{AWAITED}.step_id IN (SELECT id FROM {STEP} WHERE case_id = {case}) AND" if case else ""  # noqa: S608
    still_right = (
        f"SELECT 1 FROM {STEP} s WHERE {_waits(case)} AND s.id = {AWAITED}.step_id"  # noqa: S608
        f" AND (s.agency_id IS NULL OR s.agency_id <> {AWAITED}.agency_id)"
        f" AND (s.due_on = {AWAITED}.due_on OR s.due_on IS NULL AND {AWAITED}.due_on IS NULL)"
        f" AND EXISTS (SELECT 1 FROM {STEP} p WHERE p.case_id = {case or 's.case_id'}"
        f" AND p.agency_id = {AWAITED}.agency_id)"
    )
    return [
        f"DELETE FROM {AWAITED} WHERE {mine} NOT EXISTS ({still_right})",  # noqa: S608
        f"INSERT INTO {AWAITED} (step_id, agency_id, due_on) {awaited_rows(case)} ON CONFLICT DO NOTHING",
    ]


def awaited_rows(case: str = "") -> str:
    """Return the SELECT of what `Awaited` has to hold: of one case, or of all."""
    narrowed = f" AND case_id = {case}" if case else ""
    return (
        f"SELECT s.id, p.agency_id, s.due_on FROM {STEP} s JOIN"  # noqa: S608
        f" (SELECT DISTINCT case_id, agency_id FROM {STEP} WHERE agency_id IS NOT NULL{narrowed}) p"
        f" ON p.case_id = s.case_id"
        f" WHERE {_waits(case)} AND (s.agency_id IS NULL OR s.agency_id <> p.agency_id)"
    )


def _waits(case: str) -> str:
    """Return the condition that step `s` is open work, of one case or of any."""
    narrowed = f"s.case_id = {case} AND " if case else ""
    return f"{narrowed}s.finished IS NULL AND s.flow_task_type IN {WORK_TYPES}"

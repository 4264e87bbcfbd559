"""The register's copy of a stage, kept by the database: it costs no round trip and cannot drift."""

from django.db import connections

from clusters.models import Cluster
from workflows.models import Case

NAME = "workflows_case_copied"


def install(using: str) -> None:
    """Create, or create again, the trigger that copies the stage of a cluster's newest case."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def install_after_migrate(sender: object, using: str, **kwargs: object) -> None:
    """Receive `post_migrate` of this app, whose tables stand by then."""
    install(using)


def _statements(vendor: str) -> list[str]:
    case, cluster = Case._meta.db_table, Cluster._meta.db_table
    copy = (
        f"UPDATE {cluster} SET stage = NEW.state WHERE id = NEW.cluster_id AND NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {case} newer WHERE newer.cluster_id = NEW.cluster_id AND newer.id > NEW.id);"
    )
    if vendor == "sqlite":
        return [
            statement
            for event, on in (("insert", "INSERT"), ("update", "UPDATE OF state"))
            for statement in (
                f"DROP TRIGGER IF EXISTS {NAME}_{event}",
                f"CREATE TRIGGER {NAME}_{event} AFTER {on} ON {case} BEGIN {copy} END",
            )
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {copy} RETURN NULL; END $$",
        f"CREATE OR REPLACE TRIGGER {NAME}_insert AFTER INSERT ON {case}"
        f" FOR EACH ROW EXECUTE FUNCTION {NAME}()",
        f"CREATE OR REPLACE TRIGGER {NAME}_update AFTER UPDATE OF state ON {case} FOR EACH ROW"
        f" WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION {NAME}()",
    ]

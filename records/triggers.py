"""The guard that no Python can bypass: a state moves only together with its audit row.

`QuerySet.update()` and `bulk_create()` pass by every state machine written in Python. So each
table of a `Recorded` model gets triggers that refuse a new state without the audit row (subject,
old number + 1, source, target) written before it in the same transaction, and a new row in any
state but the first one. Django's table remake on SQLite drops triggers without a word; they are
therefore installed after every migration, and a test asks for them.
"""

from django.apps import AppConfig, apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from records.models import AuditRow, Recorded

REFUSAL = "khoicong: a state changes only with its audit row"
FIRST = "khoicong: a new row starts in the first state"


def guarded_models() -> list[type[Recorded]]:
    """Return every concrete model whose state is guarded."""
    return [model for model in apps.get_models() if issubclass(model, Recorded)]


def install(using: str) -> None:
    """Create, or create again, the triggers of all guarded tables that exist in database `using`."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in guarded_models():
            if model._meta.db_table in tables:
                for statement in _statements(connection, model):
                    cursor.execute(statement)


def install_after_migrate(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Receive `post_migrate`; the last app's signal finds all tables."""
    install(using)


def _statements(connection: BaseDatabaseWrapper, model: type[Recorded]) -> list[str]:
    table = model._meta.db_table
    field = model.STATE_FIELD
    first = model.state_field().get_default()
    audit = AuditRow._meta.db_table
    moved = (
        f"NOT (NEW.audit_seq = OLD.audit_seq + 1 AND EXISTS (SELECT 1 FROM {audit} a"  # noqa: S608
        f" WHERE a.subject_kind = '{table}' AND a.subject_id = NEW.id AND a.seq = NEW.audit_seq"
        f" AND a.source = OLD.{field} AND a.target = NEW.{field}))"
    )
    born = f"NEW.{field} <> '{first}' OR NEW.audit_seq <> 0"
    if connection.vendor == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {table}_moved",
            f"CREATE TRIGGER {table}_moved BEFORE UPDATE ON {table}"
            f" WHEN OLD.{field} <> NEW.{field} AND {moved}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            f"DROP TRIGGER IF EXISTS {table}_born",
            f"CREATE TRIGGER {table}_born BEFORE INSERT ON {table} WHEN {born}"
            f" BEGIN SELECT RAISE(ABORT, '{FIRST}'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'INSERT' THEN IF {born} THEN RAISE EXCEPTION '{FIRST}'"
        f" USING ERRCODE = 'check_violation'; END IF;"
        f" ELSIF {moved} THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation';"
        f" END IF; RETURN NEW; END $$",
        f"CREATE OR REPLACE TRIGGER {table}_moved BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (OLD.{field} IS DISTINCT FROM NEW.{field}) EXECUTE FUNCTION {table}_guard()",
        f"CREATE OR REPLACE TRIGGER {table}_born BEFORE INSERT ON {table} FOR EACH ROW"
        f" EXECUTE FUNCTION {table}_guard()",
    ]

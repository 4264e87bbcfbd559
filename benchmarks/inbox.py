"""The inbox with 10⁴, 10⁵ and 10⁶ open steps: does a page stay as fast, whoever asks?

Cases are written in every phase of the establishment, with their closed steps: 126 communes of very
different size, a dozen consulted departments, and the Department of Industry and Trade with a third of
all open steps and a part in three of four cases. Every agency's share grows with the whole. At each
size three officers open each tab: its first page, the page in the middle, and the counts above, through
the selectors that the page calls.

    make bench BENCH=inbox

Prints for each read its median time and the pages of the database that it touched, at the three sizes;
last one JSON line. Exits with 1 where one takes more than `BOUND` times what it took at first.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.db.models import F
from viewflow.workflow.fields import get_flow_ref

from accounts.models import Agency, User
from accounts.selectors import Standing
from accounts.states import CONSULTED_KINDS, AgencyKind, Role
from approvals.procedures.establishment.flows import Establishment
from records import clock
from workflows import selectors, triggers
from workflows.models import Case, Step

SIZES = (10_000, 100_000, 1_000_000)
COMMUNES, DEPARTMENTS, OFFICERS = 126, 12, 3
RUNS = 61
BOUND = 1.5
# Of 20 cases these many are in each phase; a consultation asks 5 agencies at once.
OPEN_PER_CASE = 28 / 20

# --- the city ----------------------------------------------------------------------------------------


def settle() -> dict[str, Standing]:
    """Enter agencies and officers; return the three who will open their inbox."""
    departments = [kind for kind in CONSULTED_KINDS if kind != AgencyKind.COMMUNE]
    kinds = [AgencyKind.INDUSTRY_TRADE, AgencyKind.CITY_COMMITTEE, AgencyKind.INVESTOR]
    kinds += [departments[n % len(departments)] for n in range(DEPARTMENTS)]
    kinds += [AgencyKind.COMMUNE] * COMMUNES
    # The statements below count on it: 1, 2, 3, then the departments, then the communes.
    Agency.objects.bulk_create(
        Agency(pk=n, kind=kind, name=f"Cơ quan {n}", folded=f"co quan {n}") for n, kind in enumerate(kinds, 1)
    )
    User.objects.bulk_create(
        User(pk=agency * OFFICERS + n, email=f"{agency}.{n}@example.vn", full_name=f"Cán bộ {agency}.{n}")
        for agency in range(1, len(kinds) + 1)
        for n in range(OFFICERS)
    )
    persons = {"Department": 1, "department": 4, "commune": 3 + DEPARTMENTS + COMMUNES // 2}
    return {name: officer(agency, kinds[agency - 1]) for name, agency in persons.items()}


def officer(agency: int, kind: AgencyKind) -> Standing:
    return Standing(agency * OFFICERS, frozenset({(agency, kind.value, Role.OFFICER.value)}))


# Agencies and users by number, as `settle` numbers them. A large commune has many times what a small one has.
FILL = f"""
CREATE TEMP TABLE fresh AS SELECT i, i %% 20 AS phase,
  {4 + DEPARTMENTS} + floor({COMMUNES} * power(random(), 1.5))::int AS commune,
  floor(random() * {DEPARTMENTS})::int AS first
FROM generate_series(%(first)s, %(last)s) i;
ANALYZE fresh;

INSERT INTO clusters_cluster (id, code, name, kind, stage, commune_text, district_text, investor_text,
  planned_period, relation, source, grade, grade_note, inferred, note, is_demo, recorded_at, changed_at,
  folded, sort_key)
SELECT i, 'B' || i, 'Cụm ' || i, 'new', 'proposed', '', '', '', '', '', '', '', '', '', '', true,
  %(now)s, %(now)s, 'cum ' || i, 'cum ' || i FROM fresh;

INSERT INTO workflows_case (id, audit_seq, audit_head, state, code, kind, rule_set, opened_at, moved_at,
  stay_seq, source, grade, cluster_id, applicant_id, commune_id)
SELECT i, 0, repeat('0', 64), 'proposed', 'B' || i, 'new', 'R4', %(now)s, %(now)s, 0, '', '', i, 3, commune
FROM fresh;

INSERT INTO workflows_process (id, flow_class, status, created, procedure, round, case_id)
SELECT i, '{{flow}}', 'NEW', %(now)s, 'establishment', 1, i FROM fresh;

INSERT INTO workflows_clock (id, case_id, rule_set, "limit", trigger_on, due_on, firm, calendar_version)
SELECT i, i, 'R4', 'E50', %(today)s, %(today)s + 30, true, 1 FROM fresh;

INSERT INTO workflows_step (flow_task, flow_task_type, token, created, status, process_id, case_id, name,
  agency_id, role, owner_id, clock_id, due_on, outcome, finished)
SELECT '{{flow}}.' || name, CASE name WHEN 'receive_files' THEN 'WAIT' ELSE 'HUMAN' END, 'start', %(now)s,
  CASE WHEN closed THEN 'DONE' ELSE 'NEW' END, i, i, name, agency, 'officer',
  -- Two of five open steps are claimed, each by one of the agency's three officers.
  CASE WHEN closed OR random() < 0.4 THEN agency * {OFFICERS} + floor(random() * {OFFICERS})::int END,
  CASE WHEN name <> 'give_opinion' THEN i END,
  -- Due between 20 days ago and in 60; no day for a supplement, for each third opinion, for a few others.
  CASE WHEN name <> 'supplement' AND random() > CASE name WHEN 'give_opinion' THEN 0.3 ELSE 0.02 END
    THEN %(today)s - 20 + floor(random() * 80)::int END,
  CASE WHEN closed THEN 'done' ELSE '' END, CASE WHEN closed THEN %(now)s::timestamptz END
FROM (SELECT * FROM (
  SELECT i, commune AS agency, 'give_notice' AS name, phase > 1 AS closed FROM fresh
  UNION ALL SELECT i, commune, 'receive_files', false FROM fresh WHERE phase = 2
  UNION ALL SELECT i, commune, 'submit_file', false FROM fresh WHERE phase = 3
  UNION ALL SELECT i, 3, 'supplement', false FROM fresh WHERE phase = 4
  UNION ALL SELECT i, 1, 'check_intake', phase > 8 FROM fresh WHERE phase > 4
  UNION ALL SELECT i, 1, 'plan_consultation', false FROM fresh WHERE phase = 9
  UNION ALL SELECT i, 4 + (first + n) %% {DEPARTMENTS}, 'give_opinion', false FROM fresh,
    generate_series(0, 4) n WHERE phase IN (10, 11)
  UNION ALL SELECT i, 4 + (first + n) %% {DEPARTMENTS}, 'give_opinion', true FROM fresh,
    generate_series(0, 1) n WHERE phase > 11
  UNION ALL SELECT i, 1, 'draft_report', false FROM fresh WHERE phase BETWEEN 12 AND 15
  UNION ALL SELECT i, 1, 'review_report', false FROM fresh WHERE phase = 16
  UNION ALL SELECT i, 2, 'decide', false FROM fresh WHERE phase IN (17, 18)
  UNION ALL SELECT i, 2, 'send_copy', false FROM fresh WHERE phase = 19
) work ORDER BY random()) work;

DROP TABLE fresh;
""".replace("{flow}", get_flow_ref(Establishment))


def fill(size: int) -> None:
    """Write cases until about `size` steps are open, then let the database count them."""
    number = Case.objects.count()
    values = {
        "first": number + 1,
        "last": round(size / OPEN_PER_CASE),
        "now": clock.now(),
        "today": clock.local_day(clock.now()),
    }
    with connection.cursor() as cursor:
        with unguarded(cursor):
            for statement in FILL.split(";\n"):
                if statement.strip():
                    cursor.execute(statement, values)
            triggers.synchronise("default")
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def unguarded(cursor: Any) -> Iterator[None]:
    """Write without triggers, and without the indexes that are quicker made at once after it.

    The triggers of the states would ask for an audit chain, which no read here looks at; foreign keys
    hold by construction; what our own triggers keep row by row, `synchronise` writes at once.
    """
    cursor.execute(
        "SET session_replication_role = replica; SET synchronous_commit = off; SELECT setseed(0.5)"
    )
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef NOT LIKE 'CREATE UNIQUE%'"
        " AND tablename ~ '^(workflows|clusters)_'"
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("RESET session_replication_role; RESET synchronous_commit")


# --- the reads -----------------------------------------------------------------------------------------
Read = Callable[[], Any]


def reads(who: Standing) -> dict[str, Read]:
    """Return what the page asks for, by name."""
    today = clock.local_day(clock.now())
    found: dict[str, Read] = {"counts": lambda: selectors.inbox_counts(who, today=today)}
    for tab in selectors.TABS:
        after = middle(who, tab)
        found[f"{tab}, first"] = lambda tab=tab: selectors.inbox(who, tab=tab, today=today)
        found[f"{tab}, middle"] = lambda tab=tab, after=after: selectors.inbox(
            who, tab=tab, today=today, after=after
        )
    return found


def middle(who: Standing, tab: str) -> selectors.Key | None:
    """Return the key in the middle of a tab; None where it is empty."""
    today = clock.local_day(clock.now())
    (rows,) = selectors._rows(who, tab=tab, today=today)
    ordered = rows.order_by(F("due_on").asc(nulls_last=True), "number")
    half = rows.count() // 2
    return next(iter(ordered.values_list("due_on", "number")[half : half + 1]), None)


def milliseconds(read: Read) -> tuple[float, float]:
    """Return what `read` takes: of processor time here and at the server, and of time altogether; medians.

    With all pages in memory both are the same on a machine that does nothing else; where it does, only
    the first is still about the read.
    """
    spent, passed = [], []
    for _ in range(RUNS):
        before, began = processor_seconds(), time.perf_counter()
        read()
        passed.append(time.perf_counter() - began)
        spent.append(processor_seconds() - before)
    return statistics.median(spent) * 1000, statistics.median(passed) * 1000


def processor_seconds() -> float:
    """Return the processor time of this process and its server process; the clock's, where unknown."""
    try:
        told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    except OSError:  # no Linux, or the server is on another machine
        return time.perf_counter()
    return time.process_time() + int(told.split()[0]) / 1e9


def buffers(read: Read) -> int:
    """Return the pages that the statements of `read` touch, as the database itself counts them."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        read()
    return sum(touched(sql, params) for sql, params in asked)


def touched(sql: str, params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


@dataclass
class Row:
    """What one read took at each size, and how many steps it told of."""

    ms: list[float] = field(default_factory=list)
    elapsed_ms: list[float] = field(default_factory=list)
    buffers: list[int] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)


def measure(persons: dict[str, Standing], figures: dict[tuple[str, str], Row]) -> None:
    """Add to `figures` what each read takes at the present size."""
    for name, who in persons.items():
        for read_name, read in reads(who).items():
            row = figures.setdefault((name, read_name), Row())
            told = read()
            row.steps.append(sum(told.values()) if isinstance(told, dict) else len(told))
            spent, passed = milliseconds(read)
            row.ms.append(spent)
            row.elapsed_ms.append(passed)
            row.buffers.append(buffers(read))


@dataclass
class Growth:
    """How many times what a read took at the first size it takes at the last.

    A small agency's page is not full in a small city, and one that fills up takes longer without
    being slower: it is set beside the Department's page, which is full from the first size on.
    """

    ms: float
    buffers: float
    beside_department: bool


def growth(figures: dict[tuple[str, str], Row], name: str, read_name: str) -> Growth:
    row = figures[name, read_name]
    fills_up = row.steps[0] < row.steps[-1]
    first = figures["Department", read_name] if fills_up else row
    return Growth(row.ms[-1] / first.ms[0], row.buffers[-1] / first.buffers[0], fills_up)


def tell(figures: dict[tuple[str, str], Row]) -> list[Growth]:
    """Print a line for each read, and return how each grew."""
    found = []
    print("median ms of processor time, growth; of time; pages touched, growth (* beside the Department's)")
    for (name, read_name), row in figures.items():
        grew = growth(figures, name, read_name)
        found.append(grew)
        ms, passed = (" ".join(f"{value:6.2f}" for value in values) for values in (row.ms, row.elapsed_ms))
        pages = " ".join(f"{value:5d}" for value in row.buffers)
        star = "*" if grew.beside_department else " "
        who = f"{name}: {read_name}"
        print(f"{who:27} {ms} ×{grew.ms:.2f}{star} {passed}  {pages} ×{grew.buffers:.2f}{star}")
    return found


def main() -> None:
    if connection.vendor != "postgresql":
        sys.exit("This run needs DATABASE_URL of a PostgreSQL server; `make bench` starts one.")
    call_command("migrate", verbosity=0)
    if Case.objects.exists():
        sys.exit("This run fills its database with made-up cases: DATABASE_URL must name an empty one.")
    persons, figures, began = settle(), {}, time.monotonic()
    for size in SIZES:
        fill(size)
        n = Step.objects.open().count()
        print(f"{n} open steps of {Step.objects.count()}, {time.monotonic() - began:.0f} s", flush=True)
        measure(persons, figures)
    grew = tell(figures)
    worst = max(one.ms for one in grew)
    summary = {
        "worst_growth": round(worst, 2),
        "worst_growth_of_buffers": round(max(one.buffers for one in grew), 2),
        "slowest_ms": round(max(row.ms[-1] for row in figures.values()), 2),
        "slowest_elapsed_ms": round(max(row.elapsed_ms[-1] for row in figures.values()), 2),
        "sizes": SIZES,
        "seconds": round(time.monotonic() - began),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "day": f"{clock.now():%Y-%m-%d}",
    }
    print(json.dumps(summary))
    sys.exit(worst > BOUND)


if __name__ == "__main__":
    main()

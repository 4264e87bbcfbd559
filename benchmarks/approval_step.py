"""One approval step, beside psycopg doing the same reads and writes statement by statement.

The step is the approval of the appraisal report: it completes the step, creates the next one at
another agency with a new clock of the law, moves the stage, and writes stay, audit row and outbox
rows. Both sides run in this process against the same server, `synchronous_commit=on`, a block of
each in turn, with one process and with two. The peer writes by hand what our services write, the
hash of the chain included, and checks nothing.

    make bench BENCH=approval_step

Prints one JSON line last: `ratio` is ours to the peer's steps per second with one process (the
median of the blocks), `statements` what the server was asked for one step, BEGIN and COMMIT included.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"

import django

django.setup()

import psycopg
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.procedures.establishment import services
from demo import loading, people, stories
from records import clock
from records.services import Sent
from workflows.models import Step

BLOCKS = 5
STEPS = 30
PROCESSES = (1, 2)


def prepare(number: int) -> list[int]:
    """Walk `number` made-up cases to the review of their report; return the ids of the open steps."""
    at = clock.now()
    start_on = loading.days_before(at, 21)
    for n in range(number):
        stories.walk("single", title=f"Đo {uuid4()}", start_on=start_on, end=at, until="review_report")
        if (n + 1) % 100 == 0:
            print(f"  prepared {n + 1}/{number}", flush=True)
    return list(Step.objects.open().filter(name="review_report").order_by("pk").values_list("pk", flat=True))


def ours(step_ids: Sequence[int]) -> float:
    """Do the steps through the service; return the seconds that it took."""
    connection.ensure_connection()
    by, at = people.user("thao"), clock.now()
    began = time.perf_counter()
    for step_id in step_ids:
        services.approve_report(
            step_id=step_id, comments="", by=by, at=at, sent=Sent(uuid4(), {"step": step_id})
        )
    return time.perf_counter() - began


def peer(step_ids: Sequence[int]) -> float:
    """Do the steps by hand; return the seconds that it took."""
    by, at = people.user("thao"), clock.now()
    with psycopg.connect(_address(), autocommit=True) as raw:
        began = time.perf_counter()
        for step_id in step_ids:
            by_hand(raw, step_id, by.pk, by.full_name, at)
        return time.perf_counter() - began


def by_hand(raw: psycopg.Connection[Any], step_id: int, user_id: int, name: str, at: datetime) -> None:
    """Write one approval with plain SQL: the reads and writes of the service, one statement each."""
    day = clock.local_day(at)
    ask = raw.execute
    ask("BEGIN")
    case = ask(
        "SELECT c.id, c.audit_seq, c.audit_head, c.state, c.stay_seq, c.code, c.rule_set, c.applicant_id,"
        " l.name FROM workflows_case c JOIN workflows_step s ON s.case_id = c.id"
        " JOIN clusters_cluster l ON l.id = c.cluster_id WHERE s.id = %s FOR UPDATE OF c",
        [step_id],
    ).fetchone()
    assert case is not None
    case_id, seq, head, state, stays, code, rules, applicant, cluster = case
    ask(
        "SELECT m.agency_id, a.kind, m.role FROM accounts_membership m JOIN accounts_agency a"
        " ON a.id = m.agency_id JOIN accounts_user u ON u.id = m.user_id WHERE m.user_id = %s AND u.is_active"
        " AND m.valid_from <= %s AND (m.valid_to IS NULL OR m.valid_to >= %s)",
        [user_id, day, day],
    ).fetchall()
    step = ask(
        "SELECT s.status, s.agency_id, s.owner_id, s.created, s.due_on, s.token, s.process_id, s.clock_id,"
        " p.flow_class, k.limit FROM workflows_step s JOIN workflows_process p ON p.id = s.process_id"
        " LEFT JOIN workflows_clock k ON k.id = s.clock_id WHERE s.id = %s",
        [step_id],
    ).fetchone()
    assert step is not None
    _status, agency, _owner, created, due, token, process, _clock, flow, _limit = step
    report = ask(
        "SELECT id, version, drafted_by_id FROM approvals_report WHERE case_id = %s"
        " ORDER BY version DESC LIMIT 1",
        [case_id],
    ).fetchone()
    assert report is not None
    ask(
        "INSERT INTO approvals_review (report_id, approved, comments, by_id, at)"
        " VALUES (%s, true, '', %s, %s)",
        [report[0], user_id, at],
    )
    ask(
        "UPDATE workflows_step SET status = 'DONE', started = %s, finished = %s, owner_id = %s,"
        " claimed_at = %s, outcome = 'approved' WHERE id = %s",
        [at, at, user_id, at, step_id],
    )
    city = ask(
        "SELECT id FROM accounts_agency WHERE kind = 'city_committee' AND (valid_from IS NULL OR"
        " valid_from <= %s) AND (valid_to IS NULL OR valid_to >= %s) ORDER BY name LIMIT 1",
        [day, day],
    ).fetchone()
    calendar = ask("SELECT number FROM law_calendarversion ORDER BY number DESC LIMIT 1").fetchone()
    assert city is not None
    assert calendar is not None
    clock_id = ask(
        'INSERT INTO workflows_clock (case_id, rule_set, "limit", trigger_on, due_on, firm, calendar_version)'
        " VALUES (%s, %s, 'E70', %s, %s, true, %s) RETURNING id",
        [case_id, rules, day, day, calendar[0]],
    ).fetchone()
    assert clock_id is not None
    next_id = ask(
        "INSERT INTO workflows_step (flow_task, flow_task_type, token, created, status, process_id, case_id,"
        " name, agency_id, role, clock_id, due_on, outcome)"
        " VALUES (%s, 'HUMAN', %s, %s, 'NEW', %s, %s, 'decide', %s, 'leader', %s, %s, '') RETURNING id",
        [f"{flow}.decide", token, at, process, case_id, city[0], clock_id[0], day],
    ).fetchone()
    assert next_id is not None
    ask(
        "INSERT INTO workflows_stay (case_id, seq, step_id, name, agency_id, owner_id, entered_at,"
        " claimed_at, left_at, due_on, outcome, next_step, paused)"
        " VALUES (%s, %s, %s, 'review_report', %s, %s, %s, %s, %s, %s, 'approved', 'decide', false)",
        [case_id, stays + 1, step_id, agency, user_id, created, at, at, due],
    )
    data = json.dumps({"step": step_id, "outcome": "approved", "version": report[1]}, sort_keys=True)
    key = uuid4()
    chained = hashlib.sha256(f"{head}{case_id}{seq + 1}{state}{user_id}{at}{key}{data}".encode()).hexdigest()
    ask(
        "INSERT INTO records_auditrow (subject_kind, subject_id, seq, act, source, target, actor_id,"
        " actor_name, at, data, key, fingerprint, previous_hash, hash)"
        " VALUES ('workflows_case', %s, %s, 'review_report', %s, 'appraised',"
        " %s, %s, %s, %s, %s, %s, %s, %s)",
        [case_id, seq + 1, state, user_id, name, at, data, key, chained, head, chained],
    )
    ask(
        "UPDATE workflows_case SET state = 'appraised', audit_seq = %s, audit_head = %s, stay_seq = %s,"
        " moved_at = %s WHERE id = %s",
        [seq + 1, chained, stays + 1, at, case_id],
    )
    told = json.dumps({"code": code, "cluster": cluster, "due": f"{day:%d/%m/%Y}", "link_args": [code]})
    ask(
        "INSERT INTO notifications_outboxrow (key, kind, context, channel, agency_id, address, created_at,"
        " next_attempt_at, attempts, last_error) VALUES"
        " (%s, 'stage_moved', %s, 'announce', %s, '', %s, %s, 0, ''),"
        " (%s, 'step_arrived', %s, 'announce', %s, '', %s, %s, 0, '') ON CONFLICT DO NOTHING",
        [f"case:{key}", told, applicant, at, at, f"step:{next_id[0]}:{key}", told, city[0], at, at],
    )
    ask("COMMIT")


def _address() -> str:
    parts = connection.get_connection_params()
    named = {name: parts[name] for name in ("dbname", "user", "password", "host", "port") if parts.get(name)}
    return psycopg.conninfo.make_conninfo("", **named)


def count_statements(step_id: int) -> int:
    """Return what the server is asked for one step, BEGIN and COMMIT included."""
    by, at = people.user("thao"), clock.now()
    with CaptureQueriesContext(connection) as asked:
        services.approve_report(
            step_id=step_id, comments="", by=by, at=at, sent=Sent(uuid4(), {"step": step_id})
        )
    return len(asked)


def rate(
    side: Callable[[Sequence[int]], float], shares: list[list[int]], pool: ProcessPoolExecutor | None
) -> float:
    """Return steps per second over all processes of one block."""
    seconds = [side(shares[0])] if pool is None else list(pool.map(side, shares))
    return sum(len(share) for share in shares) / max(seconds)


def measure(steps: list[int], processes: int) -> dict[str, float]:
    """Let both sides do their blocks in turn; return their medians and the ratio."""
    rates: dict[str, list[float]] = {"ours": [], "peer": []}
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn")) if processes > 1 else None
    try:
        if pool:
            list(pool.map(warm, range(processes)))
        for _block in range(BLOCKS):
            for side in (ours, peer):
                shares = [[steps.pop() for _ in range(STEPS)] for _ in range(processes)]
                rates[side.__name__].append(rate(side, shares, pool))
    finally:
        if pool:
            pool.shutdown()
    ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["peer"], strict=True))
    medians = {f"{name}_per_s": round(statistics.median(found), 1) for name, found in rates.items()}
    return {**medians, "ratio": round(ratio, 3)}


def warm(_n: int) -> int:
    """Connect before the time is taken."""
    connection.ensure_connection()
    return people.user("thao").pk


def main() -> None:
    if connection.vendor != "postgresql":
        sys.exit("This run needs DATABASE_URL of a PostgreSQL server; `make bench` starts one.")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("import_calendar", verbosity=0)
    loading.settle(at=clock.now())
    needed = 2 + sum(2 * BLOCKS * STEPS * processes for processes in PROCESSES)
    steps = prepare(needed)
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        synchronous = cursor.fetchone()[0]
    ours([steps.pop()])
    statements = count_statements(steps.pop())
    found = {processes: measure(steps, processes) for processes in PROCESSES}
    figures = {
        "ratio": found[1]["ratio"],
        "statements": statements,
        "processes": found,
        "steps_per_block": STEPS,
        "blocks": BLOCKS,
        "synchronous_commit": synchronous,
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "day": f"{clock.now():%Y-%m-%d}",
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()

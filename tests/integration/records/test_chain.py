"""What happened stays as it was written: the chain of audit rows, and what guards a state below Python."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import Error

from accounts.models import User
from approvals.models import Dossier
from clusters.states import Stage
from demo import people
from records import triggers
from records.exceptions import AlreadyDone, KeyReused
from records.models import GENESIS, AuditRow
from records.services import Sent, check_repeat, recorded
from tests.factories.cases import Walk, case_at, moment, settle
from workflows.models import Case

pytestmark = pytest.mark.django_db

TABLES = [Case, Dossier]


@contextmanager
def refused(words: str) -> Iterator[None]:
    """Expect the database itself to refuse, and roll back to before."""
    with pytest.raises(Error, match=words), transaction.atomic():
        yield


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def chain(walk: Walk) -> list[AuditRow]:
    rows = AuditRow.objects.filter(subject_kind=Case.subject_kind(), subject_id=walk.case.pk)
    return list(rows.order_by("seq"))


# --- the chain ------------------------------------------------------------------------------------
def test_each_row_covers_the_one_before() -> None:
    walk = case_at("draft_report")
    previous = GENESIS
    for number, row in enumerate(chain(walk), 1):
        assert (row.seq, row.previous_hash) == (number, previous)
        assert row.hash == row.compute_hash()
        previous = row.hash
    assert (walk.case.audit_seq, walk.case.audit_head) == (len(chain(walk)), previous)


def test_a_row_read_again_has_the_hash_it_was_written_with() -> None:
    walk = case_at("", story="supplement")
    assert {row.hash == row.compute_hash() for row in AuditRow.objects.all()} == {True}
    assert len(chain(walk)) > 15


def test_every_guarded_model_is_known() -> None:
    assert set(triggers.guarded_models()) == set(TABLES)


def test_a_name_stands_as_it_was_on_that_day() -> None:
    walk = case_at("receive_files")
    User.objects.filter(email=people.person("binh").email).update(full_name="Trần Bình Khác")
    assert chain(walk)[-1].actor_name == "Trần Văn Bình"
    assert chain(walk)[-1].hash == chain(walk)[-1].compute_hash()


def test_an_act_on_record_names_its_change(at: object) -> None:
    walk = case_at("give_notice")
    row = chain(walk)[-1]
    assert (row.act, row.source, row.target) == ("file", "listed", "proposed")
    assert row.actor_id == people.user("lan").pk


def test_an_act_that_fails_leaves_no_row() -> None:
    walk = case_at("give_notice")
    before = AuditRow.objects.count()
    case = walk.case
    with (
        pytest.raises(RuntimeError),
        transaction.atomic(),
        recorded(case, act="x", by=people.user("lan"), at=walk.now),
    ):
        raise RuntimeError
    assert AuditRow.objects.count() == before


def test_two_rows_never_share_a_number() -> None:
    walk = case_at("give_notice")
    stale, fresh = walk.case, walk.case
    by = people.user("lan")
    with transaction.atomic(), recorded(fresh, act="note", by=by, at=walk.now):
        pass
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        recorded(stale, act="note", by=by, at=walk.now),
    ):
        pass
    assert len(chain(walk)) == fresh.audit_seq


# --- the key of a form ----------------------------------------------------------------------------
def test_a_repeat_is_told_from_a_change_and_from_a_stranger() -> None:
    walk = case_at("give_notice")
    lan, hung, key = people.user("lan"), people.user("hung"), uuid4()
    sent = Sent(key, {"a": "1"})
    check_repeat(sent, by=lan)
    check_repeat(None, by=lan)
    with transaction.atomic(), recorded(walk.case, act="note", by=lan, at=walk.now, sent=sent):
        pass
    with pytest.raises(AlreadyDone):
        check_repeat(Sent(key, {"a": "1"}), by=lan)
    with pytest.raises(KeyReused):
        check_repeat(Sent(key, {"a": "2"}), by=lan)
    with pytest.raises(KeyReused):
        check_repeat(sent, by=hung)


def test_a_key_serves_one_row() -> None:
    walk, sent = case_at("give_notice"), Sent(uuid4(), {})
    by = people.user("lan")
    with transaction.atomic(), recorded(walk.case, act="note", by=by, at=walk.now, sent=sent):
        pass
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        recorded(walk.case, act="note", by=by, at=walk.now, sent=sent),
    ):
        pass


# --- below Python ---------------------------------------------------------------------------------
def subject(model: type[Case] | type[Dossier], walk: Walk) -> Case | Dossier:
    return walk.case if model is Case else walk.case.dossiers.get()


NEXT = {Case: "established", Dossier: "chosen"}


@pytest.mark.parametrize("model", TABLES)
def test_update_cannot_set_a_state(model: type[Case] | type[Dossier]) -> None:
    walk = case_at("draft_report")
    one = subject(model, walk)
    with refused("audit row"):
        model._default_manager.filter(pk=one.pk).update(state=NEXT[model])
    assert subject(model, walk).state == one.state


@pytest.mark.parametrize("model", TABLES)
def test_raw_sql_cannot_set_a_state(model: type[Case] | type[Dossier]) -> None:
    walk = case_at("draft_report")
    one, table = subject(model, walk), model._meta.db_table
    with refused("audit row"):
        execute(f"UPDATE {table} SET state = '{NEXT[model]}' WHERE id = {one.pk}")
    with refused("audit row"):
        execute(f"UPDATE {table} SET state = '{NEXT[model]}', audit_seq = audit_seq + 1 WHERE id = {one.pk}")
    assert subject(model, walk).audit_seq == one.audit_seq


def test_bulk_update_cannot_set_a_state() -> None:
    walk = case_at("draft_report")
    case = Case(pk=walk.case.pk, state=Stage.ESTABLISHED)
    with refused("audit row"):
        Case.objects.bulk_update([case], ["state"])


def test_an_audit_row_of_another_change_does_not_open_the_door() -> None:
    walk = case_at("draft_report")
    case, by = walk.case, people.user("lan")
    with refused("audit row"):
        with recorded(case, act="note", by=by, at=walk.now):
            pass
        Case.objects.filter(pk=case.pk).update(state=Stage.ESTABLISHED, audit_seq=case.audit_seq)
    assert walk.case.state == Stage.UNDER_APPRAISAL


@pytest.mark.parametrize("state", [stage for stage in Stage if stage != Stage.LISTED])
def test_bulk_create_cannot_enter_a_case_in_another_stage(state: Stage) -> None:
    walk = case_at("give_notice")
    cluster = walk.case.cluster
    one = Case(
        code="X1", cluster=cluster, kind="expansion", opened_at=walk.now, moved_at=walk.now, state=state
    )
    with refused("first state"):
        Case.objects.bulk_create([one])
    with refused("first state"):
        one.save()


def test_bulk_create_cannot_enter_a_filed_dossier() -> None:
    settle()
    at, lan = moment("05/10/2026"), people.user("lan")
    one = Dossier(
        applicant=people.agency_of(people.person("lan")),
        created_by=lan,
        created_at=at,
        edited_at=at,
        state="filed",
    )
    with refused("first state"):
        Dossier.objects.bulk_create([one])


def test_a_row_with_a_chain_of_its_own_cannot_be_entered() -> None:
    walk = case_at("give_notice")
    one = Case(
        code="X1",
        cluster=walk.case.cluster,
        kind="expansion",
        opened_at=walk.now,
        moved_at=walk.now,
        audit_seq=4,
    )
    with refused("first state"):
        Case.objects.bulk_create([one])


def test_what_is_no_state_may_change() -> None:
    walk = case_at("draft_report")
    later = walk.now + timedelta(hours=1)
    assert Case.objects.filter(pk=walk.case.pk).update(moved_at=later) == 1


@pytest.mark.parametrize("model", TABLES)
def test_the_triggers_come_back_where_they_were_dropped(model: type[Case] | type[Dossier]) -> None:
    table = model._meta.db_table
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    for part in ("moved", "born"):
        execute(f"DROP TRIGGER {table}_{part}{on}")
    triggers.install("default")
    test_update_cannot_set_a_state(model)

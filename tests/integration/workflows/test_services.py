"""Who works on a step, windows that close by themselves, reminders, adoption."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts import services as accounts
from accounts.models import Membership, User
from accounts.states import AgencyKind
from clusters.models import Cluster
from clusters.states import Kind, Stage
from demo import people
from notifications.models import OutboxRow
from records.models import AuditRow
from tests.factories import cases
from tests.factories.acts import ready
from tests.factories.cases import Walk, case_at, moment
from workflows import routing, services
from workflows.exceptions import NoAgency, NotYours, RuleBroken, StepClosed, WrongStage
from workflows.models import Assignment, Case, Step
from workflows.services import adopting, assigning
from workflows.states import ADOPTABLE, CaseKind
from workflows.tasks import tick

pytestmark = pytest.mark.django_db

HANOI_FILE = Path("clusters/data/hanoi_clusters.csv")


# --- claiming and giving --------------------------------------------------------------------------
def the_step(walk: Walk, name: str = "check_intake") -> Step:
    return walk.case.steps.get(name=name)


def test_claiming_giving_and_releasing_leave_their_history() -> None:
    walk = case_at("check_intake")
    minh, thao, ngoc = people.user("minh"), people.user("thao"), cases.colleague("minh", "Đoàn Thị Ngọc")
    step = the_step(walk)

    services.claim(step_id=step.pk, by=minh, at=walk.now)
    services.assign(step_id=step.pk, to=ngoc, by=thao, at=walk.now + timedelta(minutes=1))
    services.assign(step_id=step.pk, to=None, by=ngoc, at=walk.now + timedelta(minutes=2))

    turns = Assignment.objects.filter(step=step).order_by("pk")
    assert [(turn.user, turn.by) for turn in turns] == [(minh, minh), (ngoc, thao), (None, ngoc)]
    step = the_step(walk)
    assert (step.owner, step.claimed_at, step.status) == (None, None, "NEW")
    rows = AuditRow.objects.filter(subject_id=walk.case.pk, act="assign").order_by("seq")
    assert [row.data["to"] for row in rows] == [minh.pk, ngoc.pk, None]
    given = OutboxRow.objects.filter(kind="step_assigned")
    assert [(row.user, row.context["by"]) for row in given] == [(ngoc, thao.full_name)]


def test_a_claimed_step_cannot_be_taken_by_a_colleague() -> None:
    walk = case_at("check_intake")
    minh, ngoc = people.user("minh"), cases.colleague("minh")
    services.claim(step_id=the_step(walk).pk, by=minh, at=walk.now)
    with pytest.raises(NotYours, match="Hoàng Đức Minh has claimed this step"):
        services.claim(step_id=the_step(walk).pk, by=ngoc, at=walk.now)
    assert the_step(walk).owner == minh


@pytest.mark.parametrize("key", [person.key for person in people.PEOPLE if person.key != "minh"])
def test_nobody_else_claims_it(key: str) -> None:
    walk = case_at("check_intake")
    with pytest.raises(NotYours):
        services.claim(step_id=the_step(walk).pk, by=people.user(key), at=walk.now)
    assert not Assignment.objects.exists()


def test_a_step_is_given_only_to_who_serves_in_its_role() -> None:
    walk = case_at("check_intake")
    thao = people.user("thao")
    for key in ("tai", "khanh", "lan"):
        with pytest.raises(NotYours, match="does not serve in this role at this agency"):
            services.assign(step_id=the_step(walk).pk, to=people.user(key), by=thao, at=walk.now)


def test_a_window_is_given_to_nobody() -> None:
    walk = case_at("receive_files")
    with pytest.raises(NotYours):
        services.claim(step_id=the_step(walk, "receive_files").pk, by=people.user("binh"), at=walk.now)


def test_a_closed_step_is_given_to_nobody() -> None:
    walk = case_at("plan_consultation")
    with pytest.raises(StepClosed, match="Hoàng Đức Minh already completed"):
        services.claim(step_id=the_step(walk).pk, by=people.user("minh"), at=walk.now)


def test_who_leaves_hands_their_work_back() -> None:
    walk = case_at("check_intake")
    ngoc, quyen = cases.colleague("minh"), people.user("quyen")
    agency = people.agency_of(people.person("minh"))
    services.claim(step_id=the_step(walk).pk, by=ngoc, at=walk.now)

    accounts.deactivate(agency_id=agency.pk, user_id=ngoc.pk, by=quyen, at=walk.now)

    assert the_step(walk).owner is None
    last = Assignment.objects.latest("pk")
    assert (last.user, last.by) == (None, quyen)
    services.claim(step_id=the_step(walk).pk, by=people.user("minh"), at=walk.now)


def test_what_was_done_meanwhile_is_not_handed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    walk, step, minh, accept = ready("accept_file")
    services.claim(step_id=step.pk, by=minh, at=walk.now)
    lock = services.act_on_case

    def lock_late(name: str, **which: Any) -> Any:
        monkeypatch.setattr(assigning, "act_on_case", lock)
        accept(step.pk, by=minh, at=walk.now)
        return lock(name, **which)

    monkeypatch.setattr(assigning, "act_on_case", lock_late)
    assert step.agency
    services.hand_back(user=minh, agency=step.agency, by=people.user("quyen"), at=walk.now)

    step.refresh_from_db()
    assert (step.owner, step.is_open, step.status) == (minh, False, "DONE")
    assert not AuditRow.objects.filter(act="hand_back").exists()


def test_a_step_of_somebody_whose_term_is_over_lies_at_the_agency_again() -> None:
    walk = case_at("check_intake")
    ngoc = cases.colleague("minh")
    services.claim(step_id=the_step(walk).pk, by=ngoc, at=walk.now)
    last_day = walk.now.date()
    Membership.objects.filter(user=ngoc).update(valid_to=last_day)

    assert services.hand_back_expired(at=moment(last_day, 23, 59)) == 0
    assert the_step(walk).owner == ngoc
    next_day = moment(last_day + timedelta(days=1), 0, 1)
    assert services.hand_back_expired(at=next_day) == 1
    assert services.hand_back_expired(at=next_day) == 0

    assert the_step(walk).owner is None
    services.claim(step_id=the_step(walk).pk, by=people.user("minh"), at=next_day)


# --- windows --------------------------------------------------------------------------------------
def test_windows_close_once_after_their_last_day() -> None:
    walk = case_at("receive_files")
    due_on = the_step(walk, "receive_files").due_on
    assert due_on
    assert services.close_windows(at=moment(due_on, 23, 59)) == []
    late = moment(due_on + timedelta(days=1), 0, 1)
    assert services.close_windows(at=late) == [the_step(walk, "receive_files").pk]
    assert services.close_windows(at=late) == []
    assert not services.close_window(the_step(walk, "receive_files").pk, at=late)
    assert walk.case.stays.filter(name="receive_files").count() == 1
    assert AuditRow.objects.filter(act="receive_files").get().actor_name == "Hệ thống"


def test_one_window_that_cannot_close_does_not_hold_up_the_others(caplog: Any) -> None:
    stuck, fine = case_at("receive_files"), case_at("receive_files")
    Case.objects.filter(pk=stuck.case.pk).update(commune=None)
    Step.objects.filter(case=stuck.case, name="receive_files").update(agency=None)
    at = stuck.now + timedelta(days=30)
    with caplog.at_level(logging.ERROR):
        closed = services.close_windows(at=at)
    assert closed == [the_step(fine, "receive_files").pk]
    assert "cannot be closed" in caplog.text
    assert the_step(stuck, "receive_files").is_open


# --- reminders ------------------------------------------------------------------------------------
def reminders() -> list[tuple[str, str]]:
    rows = OutboxRow.objects.filter(kind__in=("step_soon", "step_today", "step_late")).order_by("pk")
    return [(row.kind, row.context["due"]) for row in rows]


def test_each_reminder_comes_once_at_its_time() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    due = the_step(walk).due_on
    assert due
    assert due == moment("13/11/2026").date()
    owed = {
        "10/11/2026": 0,  # three working days left
        "11/11/2026": 1,
        "12/11/2026": 1,
        "13/11/2026": 2,
        "14/11/2026": 3,
        "20/11/2026": 3,
    }
    for day, total in owed.items():
        for hour in (0, 9, 23):
            services.remind(at=moment(day, hour))
        assert len(reminders()) == total, day
    assert [kind for kind, _ in reminders()] == ["step_soon", "step_today", "step_late"]
    assert {told for _, told in reminders()} == {"13/11/2026"}


@pytest.mark.parametrize(
    ("day", "kind"), [("12/11/2026", "step_soon"), ("13/11/2026", "step_today"), ("30/11/2026", "step_late")]
)
def test_what_a_missed_run_owed_is_sent_by_the_next(day: str, kind: str) -> None:
    case_at("check_intake", at=moment("05/10/2026"))
    assert services.remind(at=moment(day)) == 1
    assert services.remind(at=moment(day)) == 0
    assert reminders() == [(kind, "13/11/2026")]


def test_a_reminder_goes_to_the_owner_or_to_the_agency() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    services.remind(at=moment("12/11/2026"))
    services.claim(step_id=the_step(walk).pk, by=people.user("minh"), at=moment("12/11/2026"))
    services.remind(at=moment("13/11/2026"))
    soon, today = OutboxRow.objects.filter(kind__in=("step_soon", "step_today")).order_by("pk")
    assert (soon.agency, soon.user) == (people.agency_of(people.person("minh")), None)
    assert (today.agency, today.user) == (None, people.user("minh"))


def test_a_closed_step_is_not_reminded_of() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    walk.withdraw()
    assert services.remind(at=moment("13/11/2026")) == 0


def test_windows_and_paused_steps_are_not_reminded_of() -> None:
    case_at("receive_files", at=moment("05/10/2026"))
    case_at("supplement", story="supplement", at=moment("05/10/2026"))
    assert services.remind(at=moment("13/10/2026")) == 0


def test_a_day_off_that_an_officer_set_is_today_only_on_that_day() -> None:
    walk = case_at("plan_consultation", at=moment("05/10/2026"))
    walk.consult(AgencyKind.FINANCE)
    sunday = moment("25/10/2026")
    Step.objects.filter(name="give_opinion").update(due_on=sunday.date())
    services.remind(at=moment("24/10/2026"))
    assert reminders() == [("step_soon", "25/10/2026")]
    services.remind(at=sunday)
    services.remind(at=moment("26/10/2026"))
    assert [kind for kind, _ in reminders()] == ["step_soon", "step_today", "step_late"]


def test_a_moved_day_is_reminded_of_anew() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    services.remind(at=moment("13/11/2026"))
    Step.objects.filter(pk=the_step(walk).pk).update(due_on=moment("20/11/2026").date())
    services.remind(at=moment("19/11/2026"))
    assert reminders() == [("step_today", "13/11/2026"), ("step_soon", "20/11/2026")]


def test_reminders_go_out_on_the_last_days_of_the_last_known_year() -> None:
    case_at("check_intake", at=moment("05/10/2026"))
    assert services.remind(at=moment("31/12/2027")) == 1


def test_many_steps_are_reminded_of_in_a_few_statements(django_assert_max_num_queries: Any) -> None:
    for _ in range(6):
        case_at("check_intake", at=moment("05/10/2026"))
    with django_assert_max_num_queries(4):
        assert services.remind(at=moment("12/11/2026")) == 6


def test_the_beat_closes_windows_and_reminds(it_is: Callable[[datetime], None]) -> None:
    walk = case_at("receive_files", at=moment("05/10/2026"))
    it_is(moment("20/10/2026"))
    tick()
    tick()
    assert walk.case.steps.open().get().name == "submit_file"
    assert reminders() == [("step_today", "20/10/2026")]


# --- routing --------------------------------------------------------------------------------------
def test_a_step_goes_to_the_commune_of_the_case_and_to_the_city_s_offices() -> None:
    walk = case_at("give_notice", commune="giang")
    on = walk.now.date()
    assert (
        routing.agency_for(AgencyKind.COMMUNE, walk.case, on=on)
        == people.agency_of(people.person("giang")).pk
    )
    assert routing.agency_for(None, walk.case, on=on) == people.agency_of(people.person("lan")).pk
    department = people.agency_of(people.person("minh")).pk
    assert routing.agency_for(AgencyKind.INDUSTRY_TRADE, walk.case, on=on) == department


def test_where_nobody_serves_the_act_is_refused_and_nothing_moves() -> None:
    walk = case_at("submit_file")
    department = people.agency_of(people.person("minh"))
    department.valid_to = walk.now.date() - timedelta(days=1)
    department.save()
    seq = walk.case.audit_seq
    with pytest.raises(NoAgency, match="Ask the administrator"):
        walk.submit_file()
    assert walk.case.audit_seq == seq
    assert walk.case.steps.open().get().name == "submit_file"


# --- adoption -------------------------------------------------------------------------------------
def listed(code: str = "HN900") -> Cluster:
    at = moment("05/10/2026")
    return Cluster.objects.create(code=code, name=f"Cụm {code}", kind=Kind.NEW, recorded_at=at, changed_at=at)


def adopt(cluster: Cluster, stage: Stage, *, by: User | None = None, **told: Any) -> Case:
    usual: dict[str, Any] = {"kind": CaseKind.NEW, "source": "a page", "grade": "SEEN"}
    return services.adopt(
        cluster=cluster, stage=stage, by=by or User.objects.system(), at=moment("05/10/2026"), **usual | told
    )


@pytest.mark.parametrize("stage", ADOPTABLE)
def test_a_cluster_is_adopted_with_source_and_grade(stage: Stage) -> None:
    cluster = listed()
    case = adopt(cluster, stage)
    assert (case.state, case.source, case.grade, case.rule_set) == (stage, "a page", "SEEN", "")
    assert case.audit_seq == 1
    cluster.refresh_from_db()
    assert cluster.stage == stage


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in ADOPTABLE])
def test_no_cluster_is_adopted_in_the_middle_of_a_procedure(stage: Stage) -> None:
    with pytest.raises(RuleBroken, match="middle of a procedure"):
        adopt(listed(), stage)
    assert not Case.objects.exists()


@pytest.mark.parametrize("lacking", [{"source": ""}, {"grade": ""}])
def test_adoption_asks_for_source_and_grade(lacking: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken, match="needs a source and a grade"):
        adopt(listed(), Stage.OPERATING, **lacking)
    assert not Case.objects.exists()


def test_adopting_twice_gives_the_same_case() -> None:
    cluster = listed()
    first = adopt(cluster, Stage.ESTABLISHED)
    assert adopt(cluster, Stage.OPERATING) == first
    assert Case.objects.get().state == Stage.ESTABLISHED
    assert AuditRow.objects.count() == 1


@pytest.mark.parametrize("key", ["minh", "chau", "lan"])
def test_only_the_system_and_the_department_s_administrator_adopt(key: str) -> None:
    cases.settle()
    with pytest.raises(NotYours):
        adopt(listed(), Stage.OPERATING, by=people.user(key))
    assert not Case.objects.exists()
    assert adopt(listed("HN901"), Stage.OPERATING, by=people.user("quyen")).state == Stage.OPERATING


def test_a_cluster_has_one_open_case_of_a_kind() -> None:
    cluster = listed()
    adopt(cluster, Stage.OPERATING)
    with pytest.raises(IntegrityError), transaction.atomic():
        services.open_case(
            cluster=cluster,
            kind=CaseKind.NEW,
            code="X",
            at=moment("05/10/2026"),
            applicant=None,
            commune=None,
        )
    services.open_case(
        cluster=cluster,
        kind=CaseKind.EXPANSION,
        code="X",
        at=moment("05/10/2026"),
        applicant=None,
        commune=None,
    )


def test_an_adopted_case_moves_only_as_the_machine_allows() -> None:
    case = adopt(listed(), Stage.OPERATING)
    cases.settle()
    with (
        pytest.raises(WrongStage),
        services.act_on_case("propose", by=people.user("lan"), at=moment("06/10/2026"), pk=case.pk) as act,
    ):
        act.move("propose")
    assert Case.objects.get().state == Stage.OPERATING


# --- import_clusters ------------------------------------------------------------------------------
def import_clusters(*args: Any) -> str:
    said = io.StringIO()
    call_command("import_clusters", *args, stdout=said)
    return said.getvalue()


def everything() -> list[Any]:
    return [
        list(model._default_manager.order_by("pk").values()) for model in (Cluster, Case, AuditRow, OutboxRow)
    ]


def test_the_real_register_is_imported_and_adopted_once() -> None:
    assert import_clusters().startswith("71 clusters: 71 new, 0 changed, 0 as before; ")
    before = everything()
    assert import_clusters() == "71 clusters: 0 new, 0 changed, 71 as before; 0 cases adopted.\n"
    assert everything() == before
    assert Case.objects.exclude(source="").count() == Case.objects.count() > 50
    for case in Case.objects.select_related("cluster"):
        assert case.cluster.stage == case.state


def rewritten(tmp_path: Path, change: Callable[[list[dict[str, str]]], None]) -> Path:
    """Return a copy of the register with something changed in it."""
    with HANOI_FILE.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    change(rows)
    path = tmp_path / "clusters.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_bad_row_at_the_end_changes_nothing_and_is_named(tmp_path: Path) -> None:
    def spoil(rows: list[dict[str, str]]) -> None:
        rows[-1]["area_ha"] = "about ten"

    path = rewritten(tmp_path, spoil)
    with pytest.raises(CommandError, match=r"Row 72.*area_ha.*about ten.*Nothing was changed"):
        import_clusters(path)
    assert not Cluster.objects.exists()
    assert not Case.objects.exists()


def test_a_failure_while_adopting_takes_the_register_back_too() -> None:
    with (
        patch.object(adopting, "adopt", side_effect=RuleBroken("no")),
        pytest.raises(RuleBroken),
    ):
        import_clusters()
    assert not Cluster.objects.exists()
    assert not Case.objects.exists()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing was changed"):
        import_clusters(tmp_path / "none.csv")


def test_a_changed_status_does_not_move_a_case_that_stands(tmp_path: Path) -> None:
    import_clusters()
    stages = dict(Case.objects.values_list("code", "state"))

    def spoil(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["status_at_source"] = "operating"

    import_clusters(rewritten(tmp_path, spoil))
    now = dict(Case.objects.values_list("code", "state"))
    assert {code: now[code] for code in stages} == stages

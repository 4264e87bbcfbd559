"""Every route × everybody × GET and POST, generated from the URL resolver: a route without a row fails.

What a person may not see must look like what is not there; what is refused must change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import services as accounts
from accounts import tokens
from accounts.models import Invitation, Membership, User
from accounts.states import Role
from approvals import public
from approvals import services as drafts
from approvals.models import Document, Dossier
from approvals.procedures.development.flows import Development
from clusters import services as register
from clusters.states import Kind, Stage
from demo import people
from demo.models import DemoClock
from law import services as law
from law.models import LocalSetting, LocalSettingEnd
from law.rules import Wanted
from law.states import SettingKind
from notifications import delivery
from notifications.models import Notification, OutboxRow
from records.models import AuditRow
from tests.factories import cases
from tests.factories.cases import Walk, case_at, moment, signed_paper
from tests.factories.fixtures import english, files, it_is
from workflows.models import Assignment, Case, Stay, Step
from workflows.services import adopt, ask_rule_sets
from workflows.states import CaseKind

__all__ = ["english", "files", "it_is"]
pytestmark = pytest.mark.django_db

NOW = moment("10/11/2026")
LOGIN = 302
# A visitor; the investor and a stranger; the commune of the case and a stranger; the Department's
# officer, reviewer, leader and administrator; departments that were consulted in some cases, one that
# never was; the city's leader and officer; somebody who serves nowhere.
EVERYBODY = (
    "visitor",
    "lan",
    "hung",
    "binh",
    "dao",
    "minh",
    "thao",
    "khanh",
    "quyen",
    "tai",
    "an",
    "kien",
    "moc",
    "xuan",
    "chau",
    "van",
    "newcomer",
)
SIGNED_IN = EVERYBODY[1:]
PARTIES = ("lan", "binh", "minh", "thao", "khanh", "quyen", "chau", "van")
OFFICES = tuple(key for key in PARTIES if key != "lan")
LEADERS = ("khanh", "chau")
DEPARTMENT = ("minh", "thao", "khanh")
Expected = dict[str, int]


@dataclass
class World:
    """One of each thing that a route can name."""

    walks: dict[str, Walk]
    draft: Dossier
    newcomer: User
    invitation: Invitation
    join_request: int
    notice: int
    adopted: Case
    setting: int

    def case(self, step: str = "check_intake") -> Case:
        return self.walks[step].case

    def step(self, name: str) -> int:
        steps = self.case(name).steps.open().filter(name=name)
        if name == "give_opinion":
            steps = steps.filter(agency=people.agency_of(people.person("tai")))
        return steps.get().pk

    def paper(self) -> int:
        document = self.case().dossiers.get().documents.first()
        assert document
        return document.pk


@pytest.fixture
def world(it_is: Callable[[datetime], None]) -> World:
    """Return a city in which there is something to be seen on every page."""
    it_is(NOW)
    cases.settle()
    walks = {name: case_at(name, story="supplement" if name == "supplement" else "single") for name in STEPS}
    walks |= {name: cases.followed(name) for name in Development.path}
    adopted = adopt(
        cluster=register.enter(code="HN900", name="Cụm có sẵn", kind=Kind.NEW, at=NOW),
        kind=CaseKind.NEW,
        stage=Stage.ESTABLISHED,
        source="Báo",
        grade="SEEN",
        by=User.objects.system(),
        at=NOW,
    )
    walks["asked"] = case_at("give_notice", at=moment("14/09/2026"), investor="hung")
    ask_rule_sets(at=NOW)
    walks["district"] = case_at("give_notice", at=moment("20/06/2025"), commune="phuc", investor="hung")
    lan, quyen = people.user("lan"), people.user("quyen")
    newcomer = accounts.open_account(
        email="newcomer@example.vn", full_name="Ngô Mới", password=people.PASSWORD, at=NOW
    )
    draft = drafts.begin(applicant=people.agency_of(people.person("lan")), by=lan, at=NOW)
    drafts.attach(dossier_id=draft.pk, component="D-d", **signed_paper(), by=lan, at=NOW)
    department = people.agency_of(people.person("minh"))
    offer = accounts.invite(
        agency_id=department.pk,
        email="invited@example.vn",
        role=Role.OFFICER,
        valid_from=NOW.date(),
        valid_to=None,
        by=quyen,
        at=NOW,
    )
    asked = accounts.ask_to_join(tax_code=people.INVESTORS[people.FIRST_INVESTOR], by=newcomer, at=NOW)
    for row in OutboxRow.objects.filter(agency=department)[:3]:
        delivery.send(outbox_id=row.pk, at=NOW)
    notice = Notification.objects.filter(user=people.user("minh"))[0].pk
    setting = law.set_locally(wanted=SHORTER, by=quyen, at=NOW)
    return World(walks, draft, newcomer, offer, asked.pk, notice, adopted, setting.pk)


SHORTER = Wanted(
    kind=SettingKind.SHORTER_LIMIT,
    rule_set="R4",
    step="E40",
    amount=3,
    valid_from=NOW.date(),
    valid_to=None,
    paper_number="25/2026/QĐ-UBND",
    paper_on=NOW.date(),
    reason="Cải cách thủ tục",
)


STEPS = (
    "give_notice",
    "receive_files",
    "submit_file",
    "check_intake",
    "supplement",
    "plan_consultation",
    "give_opinion",
    "draft_report",
    "review_report",
    "decide",
    "send_copy",
)


def answers(*, visitor: int = LOGIN, others: int = 404, **known: int | tuple[int, ...]) -> Expected:
    """Return the status for everybody: `others` where nothing is said."""
    return {"visitor": visitor, **dict.fromkeys(SIGNED_IN, others), **known}  # type: ignore[dict-item]


def group(keys: tuple[str, ...], status: int) -> Expected:
    return dict.fromkeys(keys, status)


def everybody(status: int) -> Expected:
    return dict.fromkeys(EVERYBODY, status)


def signed_in(status: int) -> Expected:
    return answers(others=status)


NO = signed_in(405)  # the method is not for this route, whoever asks, once they are signed in
NEVER = everybody(405)


@dataclass(frozen=True)
class Row:
    """What a route answers to everybody; `args` names what it is asked for, `body` what is posted."""

    get: Expected
    post: Expected
    args: Callable[[World], list[Any]] = lambda world: []
    body: Callable[[World], dict[str, Any]] = lambda world: {}
    names: tuple[str, ...] = field(default=())


def step_page(name: str, doer: str) -> Row:
    """Return the row of a step's page: its doer sees and does it, for all others it is not there."""
    return Row(
        get=answers(**{doer: 200}),
        post=answers(**{doer: 422}),
        args=lambda world: [world.step(name)],
    )


def of_step(name: str = "check_intake") -> Callable[[World], list[Any]]:
    return lambda world: [world.step(name)]


def of_draft(world: World) -> list[Any]:
    return [world.draft.pk]


def of_section(world: World) -> list[Any]:
    return [world.draft.pk, "project"]


def of_case(world: World) -> list[Any]:
    return [world.case().code]


def of_look_up(world: World) -> list[Any]:
    return [public.token_for(world.case().dossiers.get())]


def of_department(world: World) -> list[Any]:
    return [people.agency_of(people.person("minh")).pk]


def of_organisation(world: World) -> list[Any]:
    return [people.agency_of(people.person("lan")).pk]


LED_ON = signed_in(302) | {"visitor": 200}

ROWS: dict[str, Row] = {
    # the frame
    "home": Row(signed_in(302) | {"visitor": 200, "newcomer": 200}, NEVER),
    "healthz": Row(everybody(200), NEVER),
    "readyz": Row(everybody(503), NEVER),  # no relay and no beat run beside a test
    "choose_language": Row(NEVER, everybody(400)),
    "choose_theme": Row(NEVER, everybody(400)),
    # what is public
    "clusters:register": Row(everybody(200), NEVER),
    "clusters:map": Row(everybody(200), NEVER),
    "clusters:detail": Row(everybody(200), NEVER, lambda world: [world.case().cluster.code]),
    "law:rules": Row(everybody(200), NEVER),
    "law:compare": Row(everybody(200), NEVER),
    "calendar:year": Row(everybody(200), NEVER),
    "approvals:look_up": Row(everybody(200), everybody(422)),
    "approvals:looked_up": Row(everybody(200), NEVER, of_look_up),
    "approvals:decisions": Row(everybody(200), NEVER),
    "approvals:decision_feed": Row(everybody(200), NEVER),
    # people
    "accounts:profile": Row(signed_in(200), signed_in(422)),
    "accounts:organisation": Row(signed_in(200), NO),
    "accounts:organisation_create": Row(signed_in(200), signed_in(422)),
    "accounts:organisation_join": Row(signed_in(200), signed_in(422)),
    "accounts:join_request_answer": Row(
        NO,
        answers(lan=302),
        lambda world: [world.join_request],
        lambda world: {"answer": "refuse"},
    ),
    "accounts:agencies": Row(answers(lan=302, hung=302, quyen=302), NO),
    "accounts:members": Row(answers(quyen=200), NO, of_department),
    "accounts:rename": Row(answers(lan=200), answers(lan=422), of_organisation),
    "accounts:invite": Row(answers(quyen=200), answers(quyen=422), of_department),
    "accounts:deactivate": Row(
        answers(quyen=200),
        answers(quyen=302),
        lambda world: [*of_department(world), people.user("minh").pk],
    ),
    "accounts:membership_dates": Row(
        answers(quyen=200),
        answers(quyen=422),
        lambda world: [Membership.objects.get(user=people.user("minh")).pk],
    ),
    "accounts:invitation_again": Row(NO, answers(quyen=302), lambda world: [world.invitation.pk]),
    "accounts:invitation_withdraw": Row(NO, answers(quyen=302), lambda world: [world.invitation.pk]),
    "accounts:invitation": Row(
        everybody(200), everybody(422), lambda world: [tokens.for_invitation(world.invitation)]
    ),
    # the entrance: who is in already is led on
    "account_login": Row(LED_ON, LED_ON),
    "account_signup": Row(LED_ON, LED_ON),
    "account_logout": Row(signed_in(200), everybody(302)),
    "account_inactive": Row(everybody(200), everybody(405)),
    "account_email_verification_sent": Row(everybody(200), everybody(405)),
    "account_confirm_email": Row(everybody(200), everybody(404), lambda world: ["no-such-key"]),
    "account_change_password": Row(signed_in(200), signed_in(200)),
    "account_set_password": Row(signed_in(302), signed_in(302)),
    "account_reset_password": Row(everybody(200), everybody(200)),
    "account_reset_password_done": Row(everybody(200), everybody(405)),
    "account_reset_password_from_key_done": Row(everybody(200), everybody(405)),
    "account_reset_password_from_key": Row(
        everybody(200), everybody(200), lambda world: ["abc", "no-such-key"]
    ),
    # notices: each sees their own
    "notifications:list": Row(signed_in(200), NO),
    "notifications:open": Row(answers(minh=302), NO, lambda world: [world.notice]),
    "notifications:read_all": Row(NO, signed_in(302)),
    # the board is for leaders
    "timelines:board": Row(answers(**group(LEADERS, 200)), NO),
    "timelines:groundbreaking": Row(answers(**group(LEADERS, 200)), NO),
    "timelines:conformance": Row(answers(**group(LEADERS, 200)), NO),
    "timelines:open_steps": Row(answers(**group(LEADERS, 200)), NO),
    # the inbox, and who works on a step: whoever sees the case but may not act is refused
    "workflows:inbox": Row(signed_in(200), NO),
    "workflows:claim": Row(NO, answers(**group(PARTIES, 403) | {"minh": 302}), of_step()),
    "workflows:release": Row(
        NO, answers(**group(PARTIES, 403) | group(("minh", "thao", "khanh"), 302)), of_step()
    ),
    # what lay at a district is for the Department's officers to hand on
    "workflows:successors": Row(answers(minh=200), NO),
    "workflows:choose_successor": Row(
        answers(minh=200),
        answers(minh=422),
        lambda world: [world.case("district").cluster.code, people.agency_of(people.person("phuc")).pk],
    ),
    # which rule set a case is under: said by who works on files, moved by a reviewer or leader
    "workflows:rule_set_questions": Row(answers(**group(DEPARTMENT, 200)), NO),
    "workflows:choose_rule_set": Row(
        answers(**group(DEPARTMENT, 200)),
        answers(**group(DEPARTMENT, 422)),
        lambda world: [world.case("asked").code],
    ),
    "workflows:move_to_rule_set": Row(
        answers(thao=200, khanh=200), answers(thao=422, khanh=422), lambda world: [world.case("asked").code]
    ),
    "workflows:impact": Row(answers(**group(DEPARTMENT, 200), quyen=200, chau=200), NO),
    "workflows:assign": Row(
        answers(minh=200, thao=200, khanh=200), answers(minh=422, thao=422, khanh=422), of_step()
    ),
    "workflows:extend": Row(answers(thao=200, khanh=200), answers(thao=422, khanh=422), of_step()),
    # what the city has set about the limits: the Department's administrator enters it, its leader reads
    "settings:list": Row(answers(khanh=200, quyen=200), NO),
    "settings:add": Row(answers(quyen=200), answers(quyen=422)),
    "settings:end": Row(answers(quyen=200), answers(quyen=422), lambda world: [world.setting]),
    # a proposal is the applicant's own until it is filed
    "approvals:proposals": Row(signed_in(200), NO),
    "approvals:start": Row(
        NO,
        answers(lan=302),
        body=lambda world: {"organisation": of_organisation(world)[0]},
    ),
    "approvals:dossier": Row(answers(lan=200), NO, of_draft),
    "approvals:papers": Row(answers(lan=200), answers(lan=422), of_draft),
    "approvals:check": Row(answers(lan=200), answers(lan=302), of_draft),
    "approvals:receipt": Row(answers(lan=302), NO, of_draft),
    "approvals:delete_draft": Row(NO, answers(lan=302), of_draft),
    "approvals:section": Row(answers(lan=200), answers(lan=409), of_section),
    "approvals:autosave": Row(NO, answers(lan=409), of_section),
    # a case is seen by its parties
    "approvals:case": Row(answers(**group(PARTIES, 200)), NO, of_case),
    "approvals:why": Row(answers(**group(PARTIES, 200)), NO, of_step()),
    "approvals:document": Row(answers(**group(PARTIES, 200)), NO, lambda world: [world.paper()]),
    "approvals:remove_document": Row(
        NO, answers(**group(OFFICES, 403) | {"lan": 409}), lambda world: [world.paper()]
    ),
    # the steps
    "establishment:give_notice": step_page("give_notice", "binh"),
    "establishment:submit_file": step_page("submit_file", "binh"),
    "establishment:check_intake": step_page("check_intake", "minh"),
    "establishment:supplement": step_page("supplement", "lan"),
    "establishment:plan_consultation": step_page("plan_consultation", "minh"),
    "establishment:give_opinion": step_page("give_opinion", "tai"),
    "establishment:take_back": step_page("give_opinion", "minh"),
    "establishment:draft_report": step_page("draft_report", "minh"),
    "establishment:examine_facts": Row(
        answers(minh=200),
        answers(minh=422),
        of_step("draft_report"),
        lambda world: {"avg_occupancy_pct": "101"},
    ),
    "establishment:ask_supplement": step_page("draft_report", "minh"),
    "establishment:review_report": step_page("review_report", "thao"),
    "establishment:decide": step_page("decide", "chau"),
    "establishment:send_copy": step_page("send_copy", "van"),
    "establishment:withdraw": Row(answers(lan=200), answers(lan=422), of_case),
    # the steps after the decision
    "development:submit_plan": step_page("submit_plan", "lan"),
    "development:approve_plan": step_page("approve_plan", "kien"),
    "development:request_licence": step_page("request_licence", "lan"),
    "development:issue_licence": step_page("issue_licence", "moc"),
    "development:clear_land": step_page("clear_land", "binh"),
    "development:lease_land": step_page("lease_land", "moc"),
    "development:request_permit": step_page("request_permit", "lan"),
    "development:issue_permit": step_page("issue_permit", "xuan"),
    "development:break_ground": step_page("break_ground", "lan"),
    "development:build": step_page("build", "lan"),
    "development:try_wastewater": step_page("try_wastewater", "lan"),
    "development:accept_wastewater": step_page("accept_wastewater", "moc"),
    "development:accept_works": step_page("accept_works", "xuan"),
    "development:adopt_regulation": step_page("adopt_regulation", "lan"),
    "development:open_operation": step_page("open_operation", "minh"),
    "development:take_up": Row(answers(minh=200), answers(minh=422), lambda world: [world.adopted.code]),
    # the demo's own
    "demo:sign_in": Row(NEVER, everybody(302), lambda world: ["lan"]),
    "demo:move_clock": Row(NEVER, everybody(302)),
}


# --- the table against the site -------------------------------------------------------------------
def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Yield the name of every route."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, inner)
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{namespace}{pattern.name}"


def clients(world: World) -> dict[str, Client]:
    found = {}
    for key in EVERYBODY:
        client = found[key] = Client()
        client.cookies["django_language"] = "en"
        if key != "visitor":
            client.force_login(world.newcomer if key == "newcomer" else people.user(key))
    return found


def address(name: str, world: World) -> str:
    return reverse(name, args=ROWS[name].args(world))


def snapshot() -> list[Any]:
    """Return what a refused request must leave alone."""
    return [
        AuditRow.objects.count(),
        Stay.objects.count(),
        Assignment.objects.count(),
        OutboxRow.objects.count(),
        Document.objects.count(),
        DemoClock.objects.count(),
        LocalSetting.objects.count(),
        LocalSettingEnd.objects.count(),
        Membership.objects.filter(ended_on=None).count(),
        Invitation.objects.filter(closed_at=None).count(),
        list(Dossier.objects.order_by("pk").values_list("pk", "state", "versions")),
        list(Step.objects.open().order_by("pk").values_list("pk", "owner_id")),
    ]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert sorted(set(routes())) == sorted(ROWS)


def test_every_row_says_something_about_everybody() -> None:
    for name, row in ROWS.items():
        assert set(row.get) == set(row.post) == set(EVERYBODY), name


def test_everybody_gets_on_every_route_what_the_table_says(world: World) -> None:
    wrong: list[str] = []
    for key, client in clients(world).items():
        for name, row in ROWS.items():
            with transaction.atomic():
                response = client.get(address(name, world))
                transaction.set_rollback(True)
            wrong += _compare("GET", name, key, response, row.get[key])
    assert wrong == []


def test_a_post_does_what_the_table_says_and_a_refusal_changes_nothing(world: World) -> None:
    wrong, before = [], snapshot()
    for key, client in clients(world).items():
        for name, row in ROWS.items():
            path, body = address(name, world), {"key": uuid4(), **row.body(world)}
            with transaction.atomic():
                response = client.post(path, body)
                if response.status_code >= 400 and snapshot() != before:
                    wrong.append(f"POST {name} by {key}: {response.status_code}, yet something changed")
                transaction.set_rollback(True)
            wrong += _compare("POST", name, key, response, row.post[key])
            if name in ("account_logout", "demo:sign_in"):
                client = clients(world)[key]
    assert wrong == []


def _compare(method: str, name: str, key: str, response: Any, expected: int) -> Iterator[str]:
    if response.status_code != expected:
        yield f"{method} {name} by {key}: {response.status_code}, expected {expected}"
    _read(response)


def _read(response: Any) -> None:
    """Read a file to its end, which closes it."""
    if response.streaming:
        response.getvalue()


def test_no_route_takes_a_post_without_its_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.user("lan"))
    before = snapshot()
    for name, row in ROWS.items():
        response = client.post(address(name, world), {"key": uuid4(), **row.body(world)})
        assert response.status_code == 403, name
    assert snapshot() == before


# --- forbidden looks like absent ------------------------------------------------------------------
ABSENT: dict[str, list[Any]] = {
    "approvals:case": ["HN999"],
    "approvals:why": [999_999],
    "approvals:dossier": [999_999],
    "approvals:papers": [999_999],
    "approvals:check": [999_999],
    "approvals:receipt": [999_999],
    "approvals:section": [999_999, "project"],
    "approvals:document": [999_999],
    "workflows:assign": [999_999],
    "workflows:extend": [999_999],
    "settings:end": [999_999],
    "workflows:choose_successor": ["HN999", 1],
    "establishment:decide": [999_999],
    "establishment:check_intake": [999_999],
    "establishment:withdraw": ["HN999"],
    "accounts:members": [999_999],
    "notifications:open": [999_999],
}


def bare(response: Any, path: str) -> str:
    """Return the page without its tokens and its own address."""
    page = response.content.decode().replace(path, "/here/")
    return re.sub(r"[A-Za-z0-9]{64}", "token", page)


def test_what_is_forbidden_looks_like_what_is_not_there(world: World) -> None:
    stranger = clients(world)["hung"]
    for name, args in ABSENT.items():
        there, nowhere = address(name, world), reverse(name, args=args)
        forbidden, absent = stranger.get(there), stranger.get(nowhere)
        assert (forbidden.status_code, absent.status_code) == (404, 404), name
        assert bare(forbidden, there) == bare(absent, nowhere), name


def test_a_draft_s_paper_is_its_owner_s_alone(world: World) -> None:
    path = reverse("approvals:document", args=[world.draft.documents.get().pk])
    found = {key: client.get(path) for key, client in clients(world).items()}
    assert {key: answer.status_code for key, answer in found.items()} == answers(lan=200)
    _read(found["lan"])


def test_a_consulted_office_sees_its_case_and_papers(world: World) -> None:
    tai = clients(world)["tai"]
    case = world.case("give_opinion")
    assert tai.get(reverse("approvals:case", args=[case.code])).status_code == 200
    document = case.dossiers.get().documents.first()
    assert document
    response = tai.get(reverse("approvals:document", args=[document.pk]))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    _read(response)


def test_whoever_left_sees_nothing_more(world: World) -> None:
    client = clients(world)["binh"]
    path = reverse("approvals:case", args=[world.case().code])
    assert client.get(path).status_code == 200
    Membership.objects.filter(user=people.user("binh")).update(ended_on=NOW.date())
    assert client.get(path).status_code == 404


HUGE = "9" * 30
NOWHERE = (
    f"/steps/{HUGE}/claim/",
    f"/steps/{HUGE}/assign/",
    f"/steps/{HUGE}/decision/",
    f"/proposals/{HUGE}/",
    f"/documents/{HUGE}/",
    f"/successors/HN001/{HUGE}/",
    "/successors/%00/1/",
    "/cases/%00/",
    "/cases/%F0%9F%98%80/",
    "/proposals/1/nonsense/",
    "/inbox/?tab=nonsense",
)


def test_addresses_that_lead_nowhere_are_not_found(world: World) -> None:
    client = clients(world)["minh"]
    for path in NOWHERE:
        assert client.get(path).status_code in (404, 405), path
        assert client.post(path, {"key": uuid4()}).status_code in (404, 405), path


ASKED_WRONGLY = (
    "inbox/?after=nonsense",
    "inbox/?after=nonsense_5",
    "inbox/?after=2026-13-45_5",
    "inbox/?after=2026-11-10_²",
    f"inbox/?after=2026-11-10_{HUGE}",
    "inbox/?after=%00_1",
    "proposals/?after=²",
    f"proposals/?after={HUGE}",
    "proposals/?after=-1",
    "board/steps/?after=²",
    f"board/steps/?after={HUGE}",
    "board/steps/?agency=²",
    f"board/steps/?agency={HUGE}",
    "board/steps/?step=%00",
    "board/steps/?step=nonsense&late=1",
    "board/groundbreaking/?wave=²&rows=-1",
    f"board/groundbreaking/?wave={HUGE}&rows={HUGE}",
    "register/?after=%00",
    "law/calendar/?year=²&version=x",
    "law/calendar/?year=%00",
    f"law/calendar/?year={HUGE}",
    "notifications/?before=²",
)


def test_a_page_that_is_asked_for_wrongly_still_answers(world: World) -> None:
    client = clients(world)["chau"]
    for query in ASKED_WRONGLY:
        assert client.get(f"/{query}").status_code == 200, query


def test_every_page_speaks_vietnamese_too(world: World) -> None:
    for key in ("lan", "binh", "minh", "thao", "tai", "chau", "van", "quyen"):
        client = clients(world)[key]
        client.cookies["django_language"] = "vi"
        for name, row in ROWS.items():
            if row.get[key] == 200:
                response = client.get(address(name, world))
                assert response.status_code == 200, name
                assert "default-src 'none'" in response["Content-Security-Policy"], name
                assert "unsafe" not in response["Content-Security-Policy"], name
                assert response["X-Content-Type-Options"] == "nosniff", name
                _read(response)

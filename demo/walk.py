"""The walk of a story: each verb is one act of one of the demo's people, at a told time.

It stops by itself where its next act would lie in the future, or before the step `until`.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Agency, User
from accounts.states import AgencyKind, Role
from approvals import services as drafts
from approvals.components import components
from approvals.forms import NEW_CLUSTER, SECTIONS
from approvals.models import Dossier
from approvals.procedures.development import services as development
from approvals.procedures.establishment import services
from approvals.procedures.establishment.proposals import read_proposal
from approvals.states import Recommendation, Verdict
from approvals.uploads import CheckedUpload
from clusters import services as register
from clusters.models import Cluster
from clusters.states import Kind, Stage
from demo import people
from law import conditions
from law.clock import add_working_days
from law.rulesets import rule_set_on
from law.selectors import calendar
from law.services import load_calendar
from law.states import Grade
from workflows.models import Case, Step
from workflows.recounts import ACT as FOLLOW_CALENDAR
from workflows.selectors import deadline_of
from workflows.services import adopt, choose_successor, close_window, move_deadlines, pass_case_on
from workflows.states import CaseKind, MilestoneKind

MADE_UP = "made up"
DATA = Path(__file__).parent / "data"


class Ended(Exception):
    """The story's next act lies in the future, or is the one before which it is to stop."""


@dataclass(frozen=True)
class Event:
    """One act of a story, as told afterwards."""

    at: str
    act: str
    by: str
    agency: str
    stage: str
    next_step: str
    next_agency: str
    due_on: str
    article: str


@dataclass
class Walk:
    """A story while it is walked: its cluster's name, its moment, and what has happened."""

    name: str
    now: datetime
    end: datetime
    until: str = ""
    investor: str = "lan"
    commune: str = "binh"
    pace: int = 1
    events: list[Event] = field(default_factory=list)
    dossier: Dossier | None = None
    expands: Cluster | None = None

    @property
    def case(self) -> Case:
        """The case of the filed dossier, as it stands."""
        assert self.dossier is not None
        assert self.dossier.case_id is not None
        return Case.objects.get(pk=self.dossier.case_id)

    @property
    def kind(self) -> CaseKind:
        """What the story proposes."""
        return CaseKind.EXPANSION if self.expands else CaseKind.NEW

    def wait(self, working_days: int) -> None:
        """Let working days pass, at the pace of this story's people."""
        day = add_working_days(timezone.localtime(self.now).date(), working_days * self.pace, calendar())
        self.go_to(day)

    def go_to(self, day: date) -> None:
        """Go to some hour of `day`, or on to a few minutes later where that is past.

        Raises:
            Ended: it lies in the future.
        """
        hour = 8 + (zlib.crc32(f"{self.name}{day}".encode()) % 480) // 60
        minute = zlib.crc32(f"{day}{self.name}".encode()) % 60
        moment = timezone.make_aware(datetime.combine(day, time(hour, minute)))
        self.now = max(moment, self.now + timedelta(minutes=7))
        if self.now > self.end:
            raise Ended

    def user(self, key: str) -> User:
        """Return the demo person named `key`."""
        return people.user(key)

    def open_step(self, name: str, agency: Agency | None = None) -> Step:
        """Return the open step `name` of the story's case.

        Raises:
            Ended: the story is to stop before this step.
        """
        if name == self.until:
            raise Ended
        steps = self.case.steps.open().filter(name=name)
        return (steps.filter(agency=agency) if agency else steps).get()

    def did(self, act: str, by: User, agency: Agency | None, following: Step | None = None) -> None:
        """Note what happened, and what the case waits for now: `following`, or the newest open step."""
        case = self.case
        step = following or case.steps.open().select_related("agency", "clock").order_by("-pk").first()
        row = deadline_of(step)[1] if step else None
        self.events.append(
            Event(
                at=timezone.localtime(self.now).isoformat(timespec="minutes"),
                act=act,
                by=by.full_name,
                agency=agency.name if agency else "",
                stage=case.state,
                next_step=step.name if step else "",
                next_agency=step.agency.name if step and step.agency else "",
                due_on=step.due_on.isoformat() if step and step.due_on else "",
                article=row.citation_text if row else "",
            )
        )

    def operate(self) -> None:
        """Enter a made-up cluster that operates already; from now on the story is about its expansion."""
        commune = people.agency_of(people.person(self.commune))
        with transaction.atomic():
            self.expands = register.enter(
                code=f"MH{Cluster.objects.count() + 1:05d}",
                name=self.name,
                kind=Kind.NEW,
                commune=commune.area,
                area_ha=Decimal("25.000"),
                investor_text=people.agency_of(people.person(self.investor)).name,
                source=MADE_UP,
                is_demo=True,
                at=self.now,
            )
            adopt(
                cluster=self.expands,
                kind=CaseKind.NEW,
                stage=Stage.OPERATING,
                source=MADE_UP,
                grade=Grade.RECALLED,
                by=User.objects.system(),
                at=self.now,
            )

    def file(self, *, without: str = "", listed: Cluster | None = None) -> None:
        """Write a proposal and file it; `without` leaves out a component that is not mandatory."""
        by = self.user(self.investor)
        applicant = people.agency_of(people.person(self.investor))
        draft = drafts.begin(applicant=applicant, by=by, at=self.now, kind=self.kind)
        for section, answers in self._answers(listed or self.expands).items():
            drafts.save_section(
                dossier_id=draft.pk, section=section, answers=answers, version=0, by=by, at=self.now
            )
        for component in components(rule_set_on(timezone.localtime(self.now).date()).code):
            if component.supplied_by == "applicant" and component.code != without:
                upload, content = paper(f"{component.name_vi} – {self.name}")
                drafts.attach(
                    dossier_id=draft.pk,
                    component=component.code,
                    upload=upload,
                    content=content,
                    by=by,
                    at=self.now,
                )
        draft.refresh_from_db(fields=["answers", "versions"])
        proposal = read_proposal(draft, today=timezone.localtime(self.now).date())
        self.dossier = services.file_dossier(
            dossier_id=draft.pk, proposal=proposal, versions=draft.versions, by=by, at=self.now
        )
        Cluster.objects.filter(pk=self.case.cluster_id).update(is_demo=True)
        self.did("file", by, applicant)

    def _answers(self, listed: Cluster | None) -> dict[str, dict[str, str]]:
        commune = people.agency_of(people.person(self.commune))
        seed = zlib.crc32(self.name.encode())
        area = Decimal(10_000 + seed % 60_000) / 1000
        answers = {
            "cluster": str(listed.pk) if listed else NEW_CLUSTER,
            "cluster_name": "" if listed else self.name,
            "commune": str(commune.pk),
            "place": "Khu minh hoạ",
            "cluster_type": "general",
            "area_ha": "" if self.expands else str(area),
            "added_ha": "8.500",
            "occupancy_pct": "82.000",
            "industrial_ha": "17.500",
            "demand_ha": "12.000",
            "works": "; ".join(_works(timezone.localtime(self.now).date())),
            "in_approved_list": "yes",
            "area_has_established_clusters": "no",
            "service_land_share_pct": "6.500",
            "sectors": "Cơ khí, chế biến gỗ, dệt may",
            "goals": "Xây dựng hạ tầng kỹ thuật đồng bộ cho doanh nghiệp nhỏ và vừa.",
            "capital_bn_vnd": str((area * 20).quantize(Decimal("0.001"))),
            "own_capital_bn_vnd": str((area * 4).quantize(Decimal("0.001"))),
            "schedule": "24 tháng xây dựng kể từ ngày được giao đất.",
            "term_years": "50",
            "jobs": str(200 + seed % 1500),
            "environment": "Thu gom và xử lý toàn bộ nước thải tại trạm chung.",
            "wastewater_m3_day": str(300 + seed % 900),
            "fire_safety": "Hệ thống cấp nước chữa cháy theo quy chuẩn.",
            "contact_name": self.user(self.investor).full_name,
            "contact_phone": "024 3825 0000",
            "committed": "on",
        }
        return {
            section: {name: answers.get(name, "") for name in form.base_fields}
            for section, form in SECTIONS[self.kind].items()
        }

    def give_notice(self) -> None:
        """Announce that files are received (the commune)."""
        step, by = self.open_step("give_notice"), self.user(self.commune)
        today = timezone.localtime(self.now).date()
        services.give_notice(
            step_id=step.pk,
            number=f"{step.pk}/TB-UBND",
            published_on=today,
            where="Cổng thông tin điện tử xã",
            by=by,
            at=self.now,
        )
        self.did("give_notice", by, step.agency)

    def let_window_pass(self) -> None:
        """Go to the day after the window, where there is one, and let the system close it."""
        step = self.open_step("receive_files")
        if step.due_on:
            self.go_to(step.due_on + timedelta(days=1))
        close_window(step.pk, at=self.now)
        self.did("receive_files", User.objects.system(), step.agency)

    def submit_file(self) -> None:
        """Send the file on to the Department, with the signed submission (the commune)."""
        step, by = self.open_step("submit_file"), self.user(self.commune)
        upload, content = paper(f"Tờ trình – {self.name}")
        services.submit_file(
            step_id=step.pk,
            number=f"{step.pk}/TTr-UBND",
            signed_on=timezone.localtime(self.now).date(),
            upload=upload,
            content=content,
            by=by,
            at=self.now,
        )
        self.did("submit_file", by, step.agency)

    def accept(self) -> None:
        """Find the file complete (the Department)."""
        step, by = self.open_step("check_intake"), self.user("minh")
        services.accept_file(step_id=step.pk, by=by, at=self.now)
        self.did("accept_file", by, step.agency)

    def ask_supplement(self) -> None:
        """Find the file incomplete, and ask for two points (the Department)."""
        step, by = self.open_step("check_intake"), self.user("minh")
        points = [
            services.Point("D-d", "Bổ sung báo cáo tài chính năm gần nhất."),
            services.Point("D-b3", "Bản đồ chưa ghi toạ độ các điểm góc ranh giới."),
        ]
        services.ask_supplement_at_intake(step_id=step.pk, points=points, by=by, at=self.now)
        self.did("ask_supplement", by, step.agency)

    def ask_supplement_in_appraisal(self) -> None:
        """Ask for one point while the report is drafted (the Department)."""
        step, by = self.open_step("draft_report"), self.user("minh")
        points = [services.Point("D-b2", "Làm rõ phương án thu gom nước thải theo ý kiến góp ý.")]
        services.ask_supplement_in_appraisal(step_id=step.pk, points=points, by=by, at=self.now)
        self.did("ask_supplement", by, step.agency)

    def answer_supplement(self) -> None:
        """Add a paper and answer the request (the investor)."""
        step, by = self.open_step("supplement"), self.user(self.investor)
        assert self.dossier is not None
        upload, content = paper(f"Bổ sung – {self.name}")
        drafts.attach(
            dossier_id=self.dossier.pk, component="D-d", upload=upload, content=content, by=by, at=self.now
        )
        services.answer_supplement(
            step_id=step.pk, answer="Đã bổ sung theo từng điểm của yêu cầu.", by=by, at=self.now
        )
        self.did("answer_supplement", by, step.agency)

    def consult(self, *kinds: AgencyKind) -> None:
        """Ask the first demo agency of each of `kinds`, with seven working days to answer."""
        step, by = self.open_step("plan_consultation"), self.user("minh")
        everybody = (*people.PEOPLE, *people.PAST_PEOPLE)
        agencies = [people.agency_of(next(p for p in everybody if p.kind == kind)) for kind in kinds]
        today = timezone.localtime(self.now).date()
        services.plan_consultation(
            step_id=step.pk,
            agencies=agencies,
            question="Đề nghị cho ý kiến theo chức năng.",
            answer_by=add_working_days(today, 7, calendar()),
            by=by,
            at=self.now,
        )
        self.did("plan_consultation", by, step.agency)

    def give_opinion(self, key: str, verdict: Verdict = Verdict.AGREE) -> None:
        """Answer the consultation for the agency of the demo person named `key`."""
        person, by = people.person(key), self.user(key)
        step = self.open_step("give_opinion", people.agency_of(person))
        services.give_opinion(
            step_id=step.pk,
            verdict=verdict,
            reasons="Phù hợp quy hoạch." if verdict == Verdict.AGREE else "Hạ tầng đấu nối chưa đủ năng lực.",
            conditions="Hoàn thành trạm xử lý nước thải trước khi tiếp nhận dự án thứ cấp."
            if verdict == Verdict.AGREE_WITH_CONDITIONS
            else "",
            by=by,
            at=self.now,
        )
        self.did("give_opinion", by, step.agency)

    def report(self, recommendation: Recommendation = Recommendation.ESTABLISH) -> None:
        """Submit the report on the appraisal (the Department)."""
        step, by = self.open_step("draft_report"), self.user("minh")
        services.submit_report(
            step_id=step.pk,
            findings="Hồ sơ hợp lệ; phù hợp phương hướng phát triển cụm công nghiệp; nhà đầu tư đủ năng lực.",
            recommendation=recommendation,
            on_untold="Đã thẩm tra: nhà đầu tư đủ tư cách pháp lý và năng lực; các điều kiện khác phù hợp.",
            by=by,
            at=self.now,
        )
        self.did("submit_report", by, step.agency)

    def return_report(self) -> None:
        """Send the report back to its drafter (the reviewer)."""
        step, by = self.open_step("review_report"), self.user("thao")
        services.return_report(
            step_id=step.pk, comments="Nêu rõ hơn về đấu nối nước thải.", by=by, at=self.now
        )
        self.did("return_report", by, step.agency)

    def approve(self) -> None:
        """Approve the report (the reviewer)."""
        step, by = self.open_step("review_report"), self.user("thao")
        services.approve_report(step_id=step.pk, comments="", by=by, at=self.now)
        self.did("approve_report", by, step.agency)

    def decide(self, outcome: Recommendation = Recommendation.ESTABLISH) -> None:
        """Issue the decision (the city People's Committee)."""
        step, by = self.open_step("decide"), self.user("chau")
        services.decide(
            step_id=step.pk,
            outcome=outcome,
            number=f"{9000 + step.pk}/QĐ-UBND",
            signed_on=timezone.localtime(self.now).date(),
            reasons="Theo báo cáo thẩm định của Sở Công Thương.",
            progress=self.progress() if outcome != Recommendation.REJECT else {},
            by=by,
            at=self.now,
        )
        self.did("decide", by, step.agency)

    def progress(self) -> dict[MilestoneKind, date]:
        """Return the days that the decision fixes: a year and a half from today to operation."""
        today = timezone.localtime(self.now).date()
        months = {
            MilestoneKind.PLAN: 3,
            MilestoneKind.LAND: 6,
            MilestoneKind.GROUNDBREAKING: 8,
            MilestoneKind.OPERATION: 18,
        }
        return {kind: today + timedelta(days=30 * n) for kind, n in months.items()}

    def send_copy(self) -> None:
        """Send the decision on, which closes the procedure (the city's clerk)."""
        step, by = self.open_step("send_copy"), self.user("van")
        services.send_copy(
            step_id=step.pk,
            number=f"{step.pk}/UBND-KT",
            sent_on=timezone.localtime(self.now).date(),
            by=by,
            at=self.now,
        )
        self.did("send_copy", by, step.agency)

    def hand_in(self, name: str, number: str) -> None:
        """Do a step after the decision with its paper (the investor, or the commune)."""
        step = self.open_step(name)
        by = self.user(self.investor if step.role == Role.APPLICANT else self.commune)
        development.hand_in(
            step_id=step.pk,
            step=name,
            number=f"{step.pk}/{number}",
            issued_on=timezone.localtime(self.now).date(),
            by=by,
            at=self.now,
        )
        self.did(name, by, step.agency)

    def grant(self, name: str, key: str, number: str, outcome: str = "granted") -> None:
        """Answer a step after the decision, as the officer named `key`."""
        step, by = self.open_step(name), self.user(key)
        development.grant(
            step_id=step.pk,
            step=name,
            outcome=outcome,
            number=f"{step.pk}/{number}",
            issued_on=timezone.localtime(self.now).date(),
            by=by,
            at=self.now,
        )
        self.did(name, by, step.agency)

    def give_back(self, name: str, key: str, reasons: str) -> None:
        """Return what was handed in after the decision, as the officer named `key`."""
        step, by = self.open_step(name), self.user(key)
        development.give_back(step_id=step.pk, step=name, reasons=reasons, by=by, at=self.now)
        self.did(f"{name}: returned", by, step.agency)

    def break_ground(self) -> None:
        """Start the works, on the five papers (the investor)."""
        step, by = self.open_step("break_ground"), self.user(self.investor)
        today = timezone.localtime(self.now).date()
        numbers = {
            "site": "BBBG",
            "permit": "GPXD",
            "drawings": "BVTC",
            "contract": "HĐXD",
            "notice": "TBKC",
        }
        development.break_ground(
            step_id=step.pk,
            papers={
                name: development.StartPaper(f"{step.pk}/{number}", today) for name, number in numbers.items()
            },
            started_on=today,
            by=by,
            at=self.now,
        )
        self.did("break_ground", by, step.agency)

    def know_swap(self, *, known: bool) -> None:
        """Let the calendar know the swap of 02/01/2026, or not know it yet; the open deadline follows."""
        name = "swap-of-2026-01-02.csv" if known else "before-swap-of-2026-01-02.csv"
        load_calendar(DATA / name, at=self.end)
        if self.dossier:
            move_deadlines(self.case.pk, at=self.now)
            self.did(FOLLOW_CALENDAR, User.objects.system(), None)

    def pass_on(self, day: date) -> None:
        """Let the open steps of dissolved agencies go over to their successors, in the first run of `day`."""
        self.now = timezone.make_aware(datetime.combine(day, time(0, 1)))
        held = list(self.case.steps.open().select_related("agency").order_by("pk"))
        pass_case_on(self.case.pk, at=self.now)
        self._passed("pass_on", User.objects.system(), held)

    def choose_successor(self, key: str) -> None:
        """Say that the agency of the demo person `key` took over from the ended one (the Department)."""
        if self.until == "choose_successor":
            raise Ended
        by, case = self.user("minh"), self.case
        held = list(case.steps.open().select_related("agency").order_by("pk"))
        assert case.commune_id is not None
        choose_successor(
            cluster_id=case.cluster_id,
            predecessor_id=case.commune_id,
            successor_id=people.agency_of(people.person(key)).pk,
            reason="Văn bản số 12/UBND-NV về địa giới xã mới (minh hoạ).",
            by=by,
            at=self.now,
        )
        self._passed("choose_successor", by, held)

    def _passed(self, act: str, by: User, held: list[Step]) -> None:
        """Note each step that went over: from which agency, and where it is now."""
        taken = {str(step.token.token): step for step in self.case.steps.open().exclude(taken_from=None)}
        for step in held:
            if not self.case.steps.open().filter(pk=step.pk).exists():
                self.did(act, by, step.agency, taken[str(step.token.token)])

    def withdraw(self) -> None:
        """Take the proposal back (the investor)."""
        by = self.user(self.investor)
        agency = people.agency_of(people.person(self.investor))
        services.withdraw(
            case_id=self.case.pk, reason="Nhà đầu tư thay đổi kế hoạch sử dụng vốn.", by=by, at=self.now
        )
        self.did("withdraw", by, agency)


def _works(on: date) -> list[str]:
    """Return the shared works that the law of `on` wants to see in use before an expansion."""
    return conditions.works(rule_set_on(on).code)


def paper(title: str) -> tuple[CheckedUpload, ContentFile[bytes]]:
    """Return a small picture as a stand-in for a scanned paper, in a colour of its own."""
    shade = zlib.crc32(title.encode()) & 0xFFFFFF
    row = b"\0" + shade.to_bytes(3, "big") * 8
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(row * 8)),
            (b"IEND", b""),
        )
    )
    name = f"{title[:80]}.png"
    upload = CheckedUpload(
        name=name, media_type="image/png", size=len(png), sha256=sha256(png).hexdigest(), extension="png"
    )
    return upload, ContentFile(png, name=name)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

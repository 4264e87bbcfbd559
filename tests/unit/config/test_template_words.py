"""The project's own tags and filters."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from django.utils.html import escape

from clusters.dates import exactly
from clusters.models import DatedFact
from config.templatetags import khoicong
from timelines.waiting import Bounds

LATE_EVENING_IN_UTC = datetime(2026, 3, 26, 18, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


class ProposalForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the request")
    decided_on = forms.DateField(label="Day of the decision")
    kind = forms.ChoiceField(label="Kind", choices=[("new", "New"), ("expansion", "Expansion")])
    way = forms.ChoiceField(label="Way", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    sure = forms.BooleanField(label="I am sure")
    key = forms.CharField(widget=forms.HiddenInput, required=False)


def render(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def test_a_day_is_that_of_vietnam() -> None:
    assert khoicong.day(date(2026, 4, 3)) == "03/04/2026"
    assert khoicong.day(LATE_EVENING_IN_UTC) == "27/03/2026"
    assert khoicong.day(None) == ""


@pytest.mark.parametrize("told", ["Văn Hội, Đại Thắng", "Quảng Nghiệp", "Q3/2018–Q3/2020", "UDIC", "5,9 ha"])
def test_what_a_source_tells_in_vietnamese_stays_as_it_is(told: str) -> None:
    assert khoicong.as_told(told) == told


@pytest.mark.parametrize("told", ["Phú Đôi and Văn Hội", "24 months build", "Hoài Đức <board>"])
def test_what_a_source_tells_in_english_is_marked(told: str) -> None:
    assert khoicong.as_told(told) == f'<span lang="en">{escape(told)}</span>'


@pytest.mark.parametrize(
    ("language", "span", "days", "years"),
    [
        ("en", Bounds(1749, 1749), "1,749 days", "4.8 years"),
        ("vi", Bounds(1749, 1749), "1.749 ngày", "4,8 năm"),
        ("en", Bounds(1, 1), "1 day", "0.0 years"),
        ("en", Bounds(1401, 1460), "1,401 to 1,460 days", "3.8 to 4.0 years"),
        ("vi", Bounds(1401, 1460), "1.401 đến 1.460 ngày", "3,8 đến 4,0 năm"),
        ("en", Bounds(1401, None), "1,401 days or more", "3.8 years or more"),
        ("en", Bounds(None, None), "not reached", "not reached"),
    ],
)
def test_a_span_of_days_is_written_as_exactly_as_it_is(
    language: str, span: Bounds, days: str, years: str
) -> None:
    with translation.override(language):
        assert khoicong.days(span) == days
        assert khoicong.span_years(span) == years
    assert khoicong.days(None) == ""


def test_the_days_since_a_decision_need_both_days_in_order() -> None:
    decision, start, unknown = DatedFact(), DatedFact(), DatedFact()
    decision.when, start.when = exactly(date(2018, 6, 15)), exactly(date(2023, 3, 30))
    assert khoicong.since(start, decision) == (1749, 1749)
    assert khoicong.since(decision, start) is None
    assert khoicong.since(unknown, decision) is None
    assert khoicong.since(start, None) is None


def test_a_moment_is_that_of_vietnam() -> None:
    assert khoicong.moment(LATE_EVENING_IN_UTC) == "27/03/2026 01:05"
    assert khoicong.moment(None) == ""


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("vi", Decimal("1234.50"), "1.234,5 ha"),
        ("en", Decimal("1234.50"), "1,234.5 ha"),
        ("en", Decimal("50"), "50 ha"),
        ("en", Decimal("5E+1"), "50 ha"),
        ("en", Decimal("0.00"), "0 ha"),
        ("en", None, "not known"),
    ],
)
def test_an_area_carries_its_unit_and_an_unknown_stays_unknown(
    language: str, value: Decimal | None, shown: str
) -> None:
    with translation.override(language):
        assert khoicong.ha(value) == shown


def test_billions_carry_their_unit() -> None:
    assert khoicong.bn(Decimal("1234.5")) == "1,234.5 billion VND"
    assert khoicong.bn(None) == "not known"


@pytest.mark.parametrize(
    ("left", "paused", "tone", "text"),
    [
        (12, False, "fine", "12 working days left"),
        (3, False, "soon", "3 working days left"),
        (1, False, "soon", "1 working day left"),
        (0, False, "soon", "Due today"),
        (-1, False, "overdue", "1 working day late"),
        (-2, False, "overdue", "2 working days late"),
        (-2, True, "paused", "Clock stopped"),
    ],
)
def test_a_deadline_says_in_words_what_its_colour_says(left: int, paused: bool, tone: str, text: str) -> None:
    html = render("{% due day left paused %}", day=date(2026, 11, 26), left=left, paused=paused)
    assert f"kc-due-{tone}" in html
    assert text in html
    assert "Due 26/11/2026" in html


def test_a_step_without_limit_says_so() -> None:
    html = render("{% due None %}")
    assert "No legal time limit" in html
    assert "Due" not in html


def test_a_count_over_provisional_days_is_marked() -> None:
    html = render("{% due day 4 firm=False %}", day=date(2026, 11, 26))
    assert "Provisional" in html


def test_a_badge_is_escaped() -> None:
    html = render("{% badge text 'warn' %}", text="<b>")
    assert html.strip() == '<span class="kc-badge kc-badge-warn">&lt;b&gt;</span>'


def test_every_tone_is_one_that_the_style_sheet_has() -> None:
    assert set(khoicong.TONES.values()) <= {"neutral", "info", "good", "warn", "bad", "paused"}
    assert khoicong.tone("something new") == "neutral"


def test_an_input_is_tied_to_its_hint_source_and_error() -> None:
    form = ProposalForm({})
    html = render("{% field form.name source='Article 10' %}", form=form)
    assert 'aria-describedby="id_name_hint id_name_source id_name_error"' in html
    assert 'aria-invalid="true"' in html
    for name in ("hint", "source", "error"):
        assert f'id="id_name_{name}"' in html
    assert 'class="form-control is-invalid"' in html


def test_a_field_that_is_well_has_no_error() -> None:
    html = render("{% field form.name %}", form=ProposalForm())
    assert 'aria-describedby="id_name_hint"' in html
    assert "kc-error" not in html


def test_a_date_shows_an_example_and_takes_digits() -> None:
    html = render("{% field form.decided_on %}", form=ProposalForm())
    assert "For example, 27/03/2026" in html
    assert 'inputmode="numeric"' in html


def test_each_kind_of_input_gets_its_class() -> None:
    form = ProposalForm()
    assert "form-select" in render("{% field form.kind %}", form=form)
    assert "form-check-input" in render("{% field form.sure %}", form=form)
    assert 'class="form-control kc-w-10"' in render("{% field form.name css='kc-w-10' %}", form=form)
    assert render("{% field form.key %}", form=form).strip().startswith('<input type="hidden"')


def test_choices_stand_in_a_group_with_a_legend() -> None:
    html = render("{% field form.way %}", form=ProposalForm({}))
    assert html.count('type="radio"') == 2
    assert html.count("form-check-input is-invalid") == 2
    assert "<fieldset" in html
    assert 'aria-describedby="id_way_error"' in html
    assert 'for="id_way_1"' in html


def test_only_required_fields_are_marked() -> None:
    assert "kc-required" in render("{% field form.name %}", form=ProposalForm())
    assert "kc-required" not in render("{% field form.note %}", form=ProposalForm())


def test_the_summary_links_each_error_to_its_field() -> None:
    html = render("{% errors form %}", form=ProposalForm({}))
    assert '<a href="#id_name">Name: This field is required.</a>' in html
    assert '<a href="#id_way_0">Way: This field is required.</a>' in html


def test_there_is_no_summary_where_all_is_well() -> None:
    assert render("{% errors form missing %}", form=ProposalForm()).strip() == ""


def test_the_way_of_a_case_says_which_step_is_now() -> None:
    steps = [
        {"title": "Filed", "state": "done", "at": "03/11/2026"},
        {
            "title": "Appraisal",
            "state": "current",
            "agency": "Department",
            "due_on": date(2026, 12, 8),
            "left": 9,
        },
        {"title": "Decision", "state": "next", "at": "5 working days"},
    ]
    html = render("{% include 'components/timeline.html' %}", steps=steps)
    assert html.count('aria-current="step"') == 1
    assert [word for word in ("Done", "Now", "To come") if word in html] == ["Done", "Now", "To come"]
    assert "9 working days left" in html

"""The components of a file, as Decree 32/2024/NĐ-CP, Art. 9(1) lists them."""

from django.utils import translation

from approvals.components import components, missing
from approvals.states import Presence

APPLICANT = ("applicant",)
BOTH = ("applicant", "commune")
FULL = {"D-b1", "D-b2", "D-b3", "D-d"}


def test_the_file_under_r4_has_the_parts_of_the_law_in_order() -> None:
    found = components("R4")
    assert [(part.code, part.presence, part.supplied_by) for part in found] == [
        ("D-a", Presence.REQUIRED, "commune"),
        ("D-b1", Presence.REQUIRED, "applicant"),
        ("D-b2", Presence.REQUIRED, "applicant"),
        ("D-b3", Presence.REQUIRED, "applicant"),
        ("D-d", Presence.ONE_OF, "applicant"),
        ("D-đ", Presence.IF_ANY, "applicant"),
    ]
    assert all(part.citation.startswith("NĐ 32/2024 Đ9.1") for part in found)


def test_what_is_missing_depends_on_who_supplies_it() -> None:
    assert [part.code for part in missing("R4", set(), supplied_by=APPLICANT)] == sorted(FULL)
    assert [part.code for part in missing("R4", FULL, supplied_by=BOTH)] == ["D-a"]
    assert missing("R4", FULL, supplied_by=APPLICANT) == []
    assert missing("R4", FULL | {"D-a"}, supplied_by=BOTH) == []


def test_each_part_that_must_be_there_is_missed_and_no_other() -> None:
    for code in FULL:
        assert [part.code for part in missing("R4", FULL - {code}, supplied_by=APPLICANT)] == [code]


def test_a_part_is_named_in_the_reader_s_language() -> None:
    part = next(part for part in components("R4") if part.code == "D-b2")
    with translation.override("vi"):
        assert str(part) == "Báo cáo đầu tư"
    assert str(part) == "Investment report"


def test_a_rule_set_without_a_list_has_no_components() -> None:
    assert components("R9") == ()

"""Citations, from the short form of the data to the form that people read."""

import pytest

from law import citations, rulesets


@pytest.mark.parametrize(
    ("short", "vi", "en"),
    [
        (
            "NĐ 32/2024 Đ10.1",
            "Điều 10 khoản 1 Nghị định 32/2024/NĐ-CP",
            "Article 10, clause 1, Decree 32/2024/NĐ-CP",
        ),
        (
            "NĐ 32/2024 Đ8.1c",
            "Điều 8 khoản 1 điểm c Nghị định 32/2024/NĐ-CP",
            "Article 8, clause 1, point c, Decree 32/2024/NĐ-CP",
        ),
        (
            "NĐ 32/2024 Đ10.1; TT 14/2024 Mẫu 01",
            "Điều 10 khoản 1 Nghị định 32/2024/NĐ-CP; Mẫu số 01 Thông tư 14/2024/TT-BCT",
            "Article 10, clause 1, Decree 32/2024/NĐ-CP; Form 01, Circular 14/2024/TT-BCT",
        ),
        (
            "QĐ 188/1999/QĐ-TTg Đ1",
            "Điều 1 Quyết định 188/1999/QĐ-TTg",
            "Article 1, Decision 188/1999/QĐ-TTg",
        ),
        (
            "Luật Xây dựng 135/2025/QH15 Đ48.1",
            "Điều 48 khoản 1 Luật Xây dựng 135/2025/QH15",
            "Article 48, clause 1, Law on Construction 135/2025/QH15",
        ),
        (
            "NQ 24/2026 PL I.4 B.III.1",
            "Phụ lục I.4 B.III.1 Nghị quyết 24/2026/NQ-CP",
            "Appendix I.4 B.III.1, Resolution 24/2026/NQ-CP",
        ),
        ("NĐ 48/2026", "Nghị định 48/2026/NĐ-CP", "Decree 48/2026/NĐ-CP"),
        (
            "NĐ 48/2026 Đ?",
            "(chưa rõ điều khoản) Nghị định 48/2026/NĐ-CP",
            "(article not known), Decree 48/2026/NĐ-CP",
        ),
    ],
)
def test_short_form_is_shown_in_full(short: str, vi: str, en: str) -> None:
    assert (citations.full(short, "vi"), citations.full(short, "en")) == (vi, en)


@pytest.mark.parametrize("text", ["", "Decree 32/2024", "NĐ 32", "NĐ 32/2024 10.1", "NĐ 32/2024 Đ10.1;"])
def test_what_is_no_short_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no (known instrument|article, form or appendix) in"):
        citations.parse(text)


def test_amended_provision_names_both_instruments() -> None:
    first_request = rulesets.provision("R4", "E10")
    assert first_request.citation_text == (
        "Điều 10 khoản 1 Nghị định 32/2024/NĐ-CP (sửa đổi, bổ sung bởi Nghị định 303/2026/NĐ-CP)"
    )
    assert first_request.citation_en == (
        "Article 10, clause 1, Decree 32/2024/NĐ-CP (as amended by Decree 303/2026/NĐ-CP)"
    )

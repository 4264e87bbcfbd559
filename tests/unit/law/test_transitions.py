"""Every clause on transition, by a table of facts; and the clauses for clusters older than the rules."""

from datetime import date
from decimal import Decimal

import pytest

from law import legacy, transitions
from law.legacy import ClusterFacts
from law.states import Applies, Situation
from law.transitions import FileFacts

ASK, STAY, HAND_OVER = Applies.ASK, Applies.STAY, Applies.HAND_OVER


def day(text: str) -> date:
    return date.fromisoformat(text)


def facts(requested: str, appraised: str = "", decided: str = "", *, district: bool = False) -> FileFacts:
    """Return facts; `decided` is a day, or the first and the last day of a month."""
    first, _sep, last = decided.partition("..")
    return FileFacts(
        requested_on=day(requested),
        appraised_on=day(appraised) if appraised else None,
        decided_from=day(first) if first else None,
        decided_to=day(last or first) if first else None,
        at_district=district,
    )


@pytest.mark.parametrize(
    ("before", "file", "applies", "clause"),
    [
        # R0 → R1 and R1 → R1b: no clause was found
        ("R0", facts("2017-07-01"), ASK, ""),
        ("R0", facts("2017-06-01", "2017-07-14"), ASK, ""),
        ("R0", facts("2017-03-01", "2017-05-02", "2017-07-01..2017-07-31"), ASK, ""),
        ("R0", facts("2017-03-01", "2017-05-02", "2017-07-14"), STAY, "T-5"),
        ("R1", facts("2020-07-31"), ASK, ""),
        ("R1", facts("2020-07-01", "2020-07-31"), ASK, ""),
        ("R1", facts("2020-03-01", "2020-05-02", "2020-07-31"), STAY, "T-5"),
        ("R1", facts("2020-03-01", "2020-05-02", "2020-01-01..2020-12-31"), ASK, ""),
        # T-1, and what it does not speak of
        ("R1b", facts("2024-03-01", "2024-04-30"), STAY, "T-1"),
        ("R1b", facts("2024-03-01", "2024-05-01"), ASK, ""),
        ("R1b", facts("2024-04-30"), ASK, ""),
        ("R1b", facts("2024-04-30", district=True), ASK, ""),
        ("R1b", facts("2024-03-01", "2024-04-02", district=True), STAY, "T-1"),
        ("R1b", facts("2024-03-01", "2024-04-02", "2024-04-30"), STAY, "T-5"),
        # T-2
        ("R2", facts("2025-06-30", district=True), HAND_OVER, "T-2"),
        ("R2", facts("2025-06-01", "2025-06-20", district=True), HAND_OVER, "T-2"),
        ("R2", facts("2025-06-01", "2025-06-20"), ASK, ""),
        ("R2", facts("2025-06-01"), ASK, ""),
        ("R2", facts("2025-03-01", "2025-04-02", "2025-06-30"), STAY, "T-5"),
        # T-3 and T-4
        ("R3", facts("2026-09-01", "2026-09-14"), STAY, "T-3"),
        ("R3", facts("2026-09-01", "2026-09-15"), ASK, "T-4"),
        ("R3", facts("2026-09-14"), ASK, "T-4"),
        # T-5, and a decision known only by its month
        ("R3", facts("2026-03-01", "2026-04-02", "2026-09-14"), STAY, "T-5"),
        ("R3", facts("2026-03-01", "2026-04-02", "2026-09-15"), STAY, "T-3"),
        ("R3", facts("2026-03-01", "2026-04-02", "2026-09-01..2026-09-30"), ASK, ""),
        ("R3", facts("2026-03-01", "2026-04-02", "2026-08-01..2026-08-31"), STAY, "T-5"),
    ],
)
def test_a_file_gets_the_clause_of_its_situation(
    before: str, file: FileFacts, applies: Applies, clause: str
) -> None:
    change = transitions.change_from(before)
    assert change is not None
    found = transitions.verdict(file, change)
    assert found is not None
    assert (found.applies, found.clause) == (applies, clause)
    assert found.binds is (applies != ASK)


def test_a_file_requested_under_the_new_law_is_not_touched() -> None:
    change = transitions.change_from("R3")
    assert change is not None
    assert transitions.verdict(facts("2026-09-15"), change) is None


def test_the_newest_rule_set_has_no_change_after_it_and_each_other_one_has() -> None:
    assert transitions.change_from("R4") is None
    by = [(c.before.code, c.after.code) for c in transitions.changes(by=day("2026-09-15"))]
    assert by == [("R0", "R1"), ("R1", "R1b"), ("R1b", "R2"), ("R2", "R3"), ("R3", "R4")]
    assert len(transitions.changes(by=day("2026-09-14"))) == 4
    with pytest.raises(KeyError):
        transitions.change_from("R9")


def test_a_decision_stands_by_t_5() -> None:
    stands = transitions.decision_stands()
    assert (stands.clause, stands.citation, stands.situation) == (
        "T-5",
        "NĐ 139/2025 Đ22.4",
        Situation.DECIDED,
    )


# --- clusters older than the rules ----------------------------------------------------------------
def cluster(area: str = "", decided: str = "", formed: str = "", **more: bool | None) -> ClusterFacts:
    first, _sep, last = decided.partition("..")
    return ClusterFacts(
        area_ha=Decimal(area) if area else None,
        formed_by=day(formed) if formed else None,
        established_from=day(first) if first else None,
        established_to=day(last or first) if first else None,
        is_established=more.get("established", True if decided else None),
        is_special=more.get("special"),
        in_list=more.get("in_list"),
    )


@pytest.mark.parametrize(
    ("known", "clause", "is_certain"),
    [
        (cluster("9.9", "2017-07-14", special=False), "L-1", True),
        (cluster("9.9", "2017-07-15", special=False), "", False),
        (cluster("10", "2010-01-01", special=False), "", False),
        (cluster("9.9", "2017-01-01..2017-12-31", special=False), "L-1", False),
        (cluster("4.9", "2012-05-02"), "L-1", True),
        (cluster("5", "2012-05-02", special=True), "", False),
        (cluster("7", "2012-05-02"), "L-1", False),
        (cluster("", "2012-05-02"), "L-1", False),
        (cluster("75.1", "2012-05-02", "2009-10-04"), "L-2", True),
        (cluster("75", "2012-05-02", "2009-10-04"), "", False),
        (cluster("76", "2012-05-02", "2009-10-05"), "L-2", False),
        (cluster("20", formed="2008-01-01", established=False, in_list=True), "L-4", True),
        (cluster("20", formed="2008-01-01", established=False), "L-4", False),
        (cluster("20", formed="2008-01-01", established=False, in_list=False), "", False),
        (cluster("20", established=False, in_list=True), "L-4", False),
    ],
)
def test_an_old_cluster_is_classified_by_what_is_known(
    known: ClusterFacts, clause: str, is_certain: bool
) -> None:
    found = legacy.classify(known)
    assert (found.rule.clause if found else "", found.is_certain if found else False) == (clause, is_certain)


@pytest.mark.parametrize(
    ("today", "left"), [("2026-11-23", 37), ("2026-12-30", 0), ("2026-12-31", -1), ("2025-12-30", 365)]
)
def test_the_days_until_the_deadline_of_l_4_are_counted_down(today: str, left: int) -> None:
    found = legacy.classify(cluster("20", formed="2008-01-01", established=False, in_list=True))
    assert found is not None
    assert legacy.days_left(found.rule, today=day(today)) == left


def test_a_clause_without_a_deadline_has_no_days_left() -> None:
    found = legacy.classify(cluster("4", "2012-05-02"))
    assert found is not None
    assert legacy.days_left(found.rule, today=day("2026-11-23")) is None

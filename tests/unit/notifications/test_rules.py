from datetime import timedelta

import pytest

from notifications import rules


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (7, 320), (8, 600), (9, 600), (10_000, 600)]
)
def test_wait_doubles_up_to_ten_minutes(attempts: int, seconds: int) -> None:
    assert rules.wait(attempts) == timedelta(seconds=seconds)

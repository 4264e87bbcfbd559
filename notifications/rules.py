"""How long to wait before a message is sent again."""

from datetime import timedelta

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)
DOUBLINGS = 10  # more of them only make a number that the longest wait cuts off


def wait(attempts: int) -> timedelta:
    """Return the wait after the `attempts`-th try: 5 s, doubled each time, at most 10 minutes."""
    doublings = min(max(attempts - 1, 0), DOUBLINGS)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))

"""Numbers of decisions as sources print them: one number, or several of which one is meant."""

import re

_ONE = re.compile(r"(\d+)(/[\w-]+)")
_RANGE = re.compile(r"(\d+)[–-](\d+)(/[\w-]+)(?: \(one of \w+\))?")
_LIST = re.compile(r"(\d+(?:, \d+)*) or (\d+)(/[\w-]+)")
# A longer "range" is a misprint, not a choice that anybody could make.
WIDEST_RANGE = 50


def candidates(text: str) -> tuple[str, ...]:
    """Return the numbers that `text` may mean: `8202–8207/QĐ-UBND (one of six)` has six of them.

    One number means it is certain; an empty tuple, that the text is not understood. So a number
    is never a key.
    """
    if match := _ONE.fullmatch(text):
        return (text,)
    if match := _RANGE.fullmatch(text):
        first, last = int(match[1]), int(match[2])
        if 0 < last - first < WIDEST_RANGE:
            return tuple(f"{number}{match[3]}" for number in range(first, last + 1))
    if match := _LIST.fullmatch(text):
        return tuple(f"{number}{match[3]}" for number in (*match[1].split(", "), match[2]))
    return ()

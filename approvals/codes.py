"""Codes that people read out on the telephone: short, with a check letter."""

import re

_SHAPE = re.compile(r"H26-([0-9]{4})-([0-9]{5,})-([A-Z])")
# What keyboards of telephones and word processors make of a hyphen.
_DASHES = str.maketrans("‐‑‒–—−", "------")
_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"  # 23 letters: a prime, so that one wrong or swapped digit shows


def dossier_code(number: int, year: int) -> str:
    """Return the code of dossier `number`, such as H26-2026-00017-D (H26: the city of Hanoi)."""
    body = f"{year:04d}{number:05d}"
    return f"H26-{year:04d}-{number:05d}-{_check_letter(body)}"


def tidied(text: str) -> str:
    """Return a code as it is printed, however it was typed: no spaces, capitals, plain hyphens."""
    return re.sub(r"\s", "", text).upper().translate(_DASHES)


def has_shape(code: str) -> bool:
    """Tell whether `code` has the parts of a dossier's code, whether or not the check letter fits."""
    return _SHAPE.fullmatch(code) is not None


def is_well_formed(code: str) -> bool:
    """Tell whether `code` could be a dossier's code: its parts are there and the check letter fits."""
    found = _SHAPE.fullmatch(code.strip().upper())
    return found is not None and found[3] == _check_letter(found[1] + found[2])


def _check_letter(digits: str) -> str:
    return _LETTERS[
        sum(weight * int(digit) for weight, digit in enumerate(reversed(digits), 2)) % len(_LETTERS)
    ]

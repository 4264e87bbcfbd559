"""Codes that people read out on the telephone: short, with a check letter."""

_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"  # 23 letters: a prime, so that one wrong or swapped digit shows


def dossier_code(number: int, year: int) -> str:
    """Return the code of dossier `number`, such as H26-2026-00017-K (H26: the city of Hanoi)."""
    body = f"{year:04d}{number:05d}"
    return f"H26-{year:04d}-{number:05d}-{_check_letter(body)}"


def is_well_formed(code: str) -> bool:
    """Tell whether `code` could be a dossier's code: its parts are there and the check letter fits."""
    parts = code.strip().upper().split("-")
    if len(parts) != 4 or parts[0] != "H26" or not (parts[1] + parts[2]).isdigit():
        return False
    return parts[3] == _check_letter(parts[1] + parts[2])


def _check_letter(digits: str) -> str:
    return _LETTERS[
        sum(weight * int(digit) for weight, digit in enumerate(reversed(digits), 2)) % len(_LETTERS)
    ]

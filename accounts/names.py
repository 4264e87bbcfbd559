"""Vietnamese names: how they are ordered and how they are found."""

import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: f"{index:02d}" for index, letter in enumerate(_ALPHABET)}
# ă â ê ô ơ ư are letters of their own; the five tone marks only decide between equal spellings.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def tidy(text: str) -> str:
    """Return `text` as it is stored: composed letters (NFC), single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Return `text` for search: small letters, no marks, `d` for `đ`, single spaces."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def collation_key(text: str) -> str:
    """Return a string that sorts as the Vietnamese alphabet does, tones last.

    Hexadecimal, because databases with different collations agree on the order of 0–9 and a–f.
    """
    letters: list[str] = []
    tones: list[str] = []
    for character in unicodedata.normalize("NFC", text.lower()):
        base, tone = _split_tone(character)
        letters.append(_ORDER.get(base, f"~{base}" if base.isalnum() else "!!"))
        tones.append(tone)
    return f"{''.join(letters)} {''.join(tones)}".encode().hex()


def _split_tone(character: str) -> tuple[str, str]:
    marks = unicodedata.normalize("NFD", character)
    tone = next((_TONES[mark] for mark in marks if mark in _TONES), "0")
    base = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
    return base, tone


def name_key(full_name: str) -> str:
    """Return the key by which people are listed: given name, family name, middle names.

    A full name is written family name first: `Nguyễn Thị Thu Hà` is listed under `Hà`.
    """
    parts = full_name.split()
    ordered = [parts[-1], parts[0], *parts[1:-1]] if len(parts) > 1 else parts
    return "00".join(collation_key(part) for part in ordered)

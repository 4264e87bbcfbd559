"""The look keeps its promises: AA contrast in light and dark, and one dark look, not two."""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).resolve().parents[3] / "static" / "css" / "khoicong.css").read_text()
LIGHT, DARK, DARK_BY_DEVICE = (
    r":root \{(.*?)\n\}",
    r'\[data-bs-theme="dark"\] \{(.*?)\n\}',
    r":root:not\(\[data-bs-theme\]\) \{(.*?)\n  \}",
)
TEXT = (
    [
        (text, ground)
        for text in ("ink", "muted", "primary", "strong", "bad", "good", "warn", "info", "paused")
        for ground in ("paper", "ground")
    ]
    + [(tone, f"{tone}-ground") for tone in ("info", "good", "warn", "bad", "paused", "neutral")]
    + [
        ("ink", "info-ground"),
        ("ink", "good-ground"),
        ("ink", "warn-ground"),
        ("ink", "bad-ground"),
        ("on-button", "button"),
        ("on-button", "button-hover"),
        ("on-danger", "danger"),
        ("on-danger", "danger-hover"),
        ("on-top", "top"),
    ]
)
CONTROLS = [(name, "paper") for name in ("control", "button", "danger", "check")] + [("control", "ground")]


def tokens(pattern: str) -> dict[str, str]:
    block = re.search(pattern, SHEET, re.DOTALL)
    assert block
    return dict(re.findall(r"--kc-([\w-]+): (.+);", block[1]))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_has_a_contrast_of_at_least_4_5(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("control", "ground"), CONTROLS)
def test_controls_have_a_contrast_of_at_least_3(theme: str, control: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[control], colours[ground]) >= 3


def test_dark_by_choice_is_dark_by_device() -> None:
    assert tokens(DARK) == tokens(DARK_BY_DEVICE)


def test_every_token_has_a_dark_value() -> None:
    assert tokens(LIGHT).keys() == tokens(DARK).keys()


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert "@import" not in SHEET
    assert not re.search(r"url\(['\"]?(https?:)?//", SHEET)

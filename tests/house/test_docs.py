"""The documents speak of everything that a reader can meet: states, messages, deviations, settings."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django_fsm import FSMFieldMixin

ROOT = Path(__file__).resolve().parents[2]
PAGES = {path: path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]}
EVERYTHING = "\n".join(PAGES.values())
SETTING = re.compile(r"""\b(?:env|required)\(\s*"([A-Z_]+)\"""")
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")


def states() -> list[str]:
    """Return every state of every state machine."""
    found = {
        str(value)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FSMFieldMixin)
        for value, _label in field.flatchoices
    }
    return sorted(found)


def message_kinds() -> list[str]:
    from notifications import kinds

    return sorted(kind.name for kind in kinds.all_kinds())


def settings_names() -> list[str]:
    files = (ROOT / "config" / "settings").glob("*.py")
    return sorted({name for file in files for name in SETTING.findall(file.read_text())})


@pytest.mark.parametrize("state", states())
def test_state_is_documented(state: str) -> None:
    assert re.search(rf"\b{re.escape(state)}\b", EVERYTHING), f"no page in docs/ names the state {state}"


@pytest.mark.parametrize("kind", message_kinds())
def test_message_kind_is_documented(kind: str) -> None:
    assert re.search(rf"\b{re.escape(kind)}\b", EVERYTHING), f"no page in docs/ names the message {kind}"


def deviation_kinds() -> list[str]:
    from approvals.states import DeviationKind

    return list(DeviationKind.values)


@pytest.mark.parametrize("kind", deviation_kinds())
def test_deviation_kind_is_documented(kind: str) -> None:
    page = PAGES[ROOT / "docs" / "reference" / "conformance.md"]
    assert f"| `{kind}` |" in page, f"docs/reference/conformance.md does not explain {kind}"


@pytest.mark.parametrize("name", settings_names())
def test_setting_is_documented(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGES[ROOT / "README.md"]), f"README.md does not explain {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(PAGES[page]) if not (page.parent / link).exists()]
    assert not broken

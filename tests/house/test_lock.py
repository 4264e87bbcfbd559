"""The locks hold what they must, and nothing that must not be installed beside it."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
RUN, DEV = "requirements.txt", "requirements-dev.txt"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, Version]:
    return {canonicalize_name(name): Version(pin) for name, pin in PIN.findall((ROOT / lock).read_text())}


def wanted(source: str) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in (ROOT / source).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_every_pin_has_a_hash(lock: str) -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]
    bare = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not bare, f"{lock}: no hash for {bare}"


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_lock_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"--(extra-)?index-url|--find-links|file://|https?://", text)


@pytest.mark.parametrize("lock", [RUN, DEV])
@pytest.mark.parametrize("name", ["viewflow", "django-fsm"])
def test_lock_has_no_distribution_that_would_overwrite_ours(lock: str, name: str) -> None:
    assert name not in pins(lock)  # `viewflow` is unrelated, `django-fsm` installs the files of django-fsm-2


@pytest.mark.parametrize(("source", "lock"), [("requirements.in", RUN), ("requirements-dev.in", DEV)])
def test_lock_is_up_to_date(source: str, lock: str) -> None:
    locked = pins(lock)
    stale = [
        str(requirement)
        for requirement in wanted(source)
        if (pin := locked.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(pin, prereleases=True)
    ]
    assert not stale, f"`make lock` is due: {stale}"


def test_development_lock_holds_the_other_one_whole() -> None:
    differing = {name: pin for name, pin in pins(RUN).items() if pins(DEV).get(name) != pin}
    assert not differing, "bin/install.py takes an environment for tests as one to run in"


def test_every_requirement_has_its_line_in_the_docs() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text().lower()
    names = [
        requirement.name
        for source in ("requirements.in", "requirements-dev.in")
        for requirement in wanted(source)
    ]
    missing = [name for name in names if f"| {name.lower()}" not in page]
    assert not missing, f"docs/dependencies.md says nothing of {missing}"

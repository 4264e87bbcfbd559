"""Settings that come from the environment, read once and typed."""

import os
from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


def env(name: str, default: T, cast: Callable[[str], T]) -> T:
    """Return variable `name` as `cast` reads it, or `default` where it is unset or empty.

    Raises:
        ImproperlyConfigured: the value is not of the wanted kind.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return cast(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={raw!r}: {error}") from error


def required(name: str) -> str:
    """Return variable `name`.

    Raises:
        ImproperlyConfigured: it is unset or empty.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"Set {name}: the production profile does not start without it.")
    return value


def as_list(raw: str) -> list[str]:
    """Read `a, b,c` as ["a", "b", "c"]."""
    return [part.strip() for part in raw.split(",") if part.strip()]


def as_bool(raw: str) -> bool:
    """Read 1/true/yes/on and 0/false/no/off, in any case.

    Raises:
        ValueError: anything else.
    """
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    if raw.lower() not in known:
        raise ValueError("expected a yes or a no")
    return known[raw.lower()]

"""Relations in the database point the way imports do: down. The import linter sees no string reference."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

FROM_TOP = [
    "demo",
    "timelines",
    "plans",
    "approvals",
    "workflows",
    "clusters",
    "notifications",
    "law",
    "accounts",
    "records",
]
ROOT = Path(__file__).resolve().parents[2]


def relations() -> Iterator[tuple[str, str, str]]:
    """Yield (field, its app, the app it points to) for every relation between models of ours."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            target = field.related_model if isinstance(field, models.Field) else None
            if isinstance(target, type) and issubclass(target, models.Model):
                ends = model._meta.app_label, target._meta.app_label
                if set(ends) <= set(FROM_TOP):
                    yield str(field), *ends


@pytest.mark.parametrize(("field", "own", "target"), list(relations()), ids=lambda value: str(value))
def test_relation_points_down(field: str, own: str, target: str) -> None:
    assert FROM_TOP.index(own) <= FROM_TOP.index(target), f"{field} points up, from {own} to {target}"


def test_every_app_of_ours_has_a_place_in_the_order() -> None:
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours <= set(FROM_TOP)

import math

import pytest
from django.utils import translation

from clusters import maps
from clusters.states import SIGNS, Stage

FIELD = ((21.0, 105.8), (21.0, 105.81), (21.01, 105.81), (21.01, 105.8))
FAR = ((20.7, 105.4), (20.7, 105.402), (20.702, 105.402))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def points(outline):
    return [tuple(map(float, point.split(","))) for point in outline.strip("MZ").split()]


def test_one_field_fills_its_map_with_north_up():
    chart = maps.chart([FIELD])
    outline = points(chart.drawn[0].outline)
    assert outline[0][0] == outline[3][0] < outline[1][0]
    assert outline[2][1] == outline[3][1] < outline[0][1]
    width, height = outline[1][0] - outline[0][0], outline[0][1] - outline[3][1]
    assert width / height == pytest.approx(math.cos(math.radians(21.005)), abs=0.002)
    assert (chart.drawn[0].x, chart.drawn[0].y) == ("500", str(float(chart.height) / 2).removesuffix(".0"))


def test_all_places_lie_on_the_map_and_a_small_one_is_only_a_dot():
    chart = maps.chart([FIELD, FAR])
    for drawn in chart.drawn:
        assert 0 < float(drawn.x) < 1000
        assert 0 < float(drawn.y) < float(chart.height)
    assert chart.drawn[1].outline == ""


def test_the_graticule_is_named_in_degrees_and_minutes():
    chart = maps.chart([FIELD, FAR])
    assert [line.label for line in chart.meridians] == ["105°30′ E", "105°40′ E", ""]
    assert [line.label for line in chart.parallels] == ["20°50′ N", "21°00′ N"]


def test_a_small_map_names_seconds():
    assert "105°48′15″ E" in [line.label for line in maps.chart([FIELD]).meridians]


def test_the_scale_bar_is_as_long_as_it_says():
    chart = maps.chart([FIELD])
    (x1, y1), *_rest, (x4, y4) = points(chart.drawn[0].outline)
    metres_per_unit = 0.01 * maps.DEGREE_M / (y1 - y4)
    assert x1 == x4
    assert chart.bar_words == "500 m"
    assert float(chart.bar) * metres_per_unit == pytest.approx(500, rel=0.002)


def test_numbers_are_written_for_the_drawing_in_any_language():
    with translation.override("vi"):
        chart = maps.chart([FIELD])
    assert "," not in chart.view_box + chart.bar
    assert all("." in point or point.isdigit() for point in (chart.bar, chart.height))


def test_every_stage_has_a_sign():
    assert set(SIGNS) == {"", *Stage}

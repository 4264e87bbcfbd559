import itertools
import math
import random
import re
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from clusters import geometry
from clusters.exceptions import CornersInvalid

# One kilometre each way; 99.99966 ha between geodesic sides, by GeographicLib (Karney 2013).
SQUARE_KM = ((21.03, 105.85), (21.039032, 105.85), (21.0390317, 105.8596206), (21.0299997, 105.85962))
# A hundredth of a degree each way; 115.10917 ha between geodesic sides, by the same library.
CELL = ((21.0, 105.8), (21.0, 105.81), (21.01, 105.81), (21.01, 105.8))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def lines(corners):
    return "\n".join(f"{latitude:.7f}; {longitude:.7f}" for latitude, longitude in corners)


@pytest.mark.parametrize(
    "line",
    [
        "21.0278; 105.8342",
        "21,0278; 105,8342",
        "21,0278;105,8342",
        "21.0278 105.8342",
        "21,0278 105,8342",
        "21.0278\t105.8342",
        "21.0278, 105.8342",
        "21,0278, 105,8342",
        "21,0278 , 105,8342",
        "21.0278,105.8342",
        "  +21.0278 ;  105.8342  ",
    ],
)
def test_a_corner_is_read_however_its_numbers_are_parted(line):
    corners = geometry.read_corners(f"{line}\n\n21.03;105.84\r\n21.04;105.83\n")
    assert corners == ((21.0278, 105.8342), (21.03, 105.84), (21.04, 105.83))


def test_a_ring_that_is_closed_by_its_first_corner_is_read_once():
    assert geometry.read_corners(lines([*CELL, CELL[0]])) == CELL


REFUSED = {
    "": "A boundary has at least three corners; there are 0.",
    "21;105.8\n21.1;105.8": "A boundary has at least three corners; there are 2.",
    "21;105.8\n21,1;105,8;3": "Line 2, “21,1;105,8;3”: Write two numbers, the latitude and the longitude,"
    " with a semicolon between them.",
    "21,02,105,83": "Line 1, “21,02,105,83”: Write two numbers, the latitude and the longitude,"
    " with a semicolon between them.",
    "21.0;nan": "Line 1, longitude “nan”: This is no number in decimal degrees, such as 21.0285.",
    "\n21°01′;105.8": "Line 2, latitude “21°01′”: This is no number in decimal degrees, such as 21.0285.",
    "1e1;105.8": "Line 1, latitude “1e1”: This is no number in decimal degrees, such as 21.0285.",
    "٢١;105.8": "Line 1, latitude “٢١”: This is no number in decimal degrees, such as 21.0285.",
    "105.8;21": "Line 1, latitude “105.8”: Latitude and longitude are swapped;"
    " the latitude (north) comes first.",
    "2325000;585000": "Line 1, latitude “2325000”: These are metres, as VN-2000 has them;"
    " convert them to WGS84 degrees first.",
    "21;107": "Line 1, longitude “107”: This is not in or around Hanoi: between 105.1 and 106.2 degrees"
    " is expected.",
    "21;105.8\n21.1;105.8\n21.1;105.9\n21.1;105.8": "Line 4: This corner stands in line 2 already.",
    "21;105.8\n21.1;105.9\n21.1;105.8\n21;105.9": "Line 3: The side that starts here crosses or touches the"
    " side that starts in line 1.",
    "21;105.8\n21.1;105.8\n21.2;105.8": "Line 3: The side that starts here crosses or touches the side that"
    " starts in line 1.",
    "21;105.8\n21.00001;105.8\n21;105.80001": "The corners enclose less than 0.001 ha.",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_is_no_boundary_is_refused_with_line_column_and_reason(text, message):
    with pytest.raises(CornersInvalid, match=re.escape(message)) as refused:
        geometry.read_corners(text)
    assert str(refused.value) == message
    assert refused.value.details == {"field": "corners"}


def test_a_side_that_only_touches_another_is_refused():
    dented = ((21.0, 105.8), (21.0, 105.82), (21.02, 105.82), (21.0, 105.81), (21.02, 105.8))
    with pytest.raises(CornersInvalid, match=r"Line 4: .* touches the side that starts in line 1"):
        geometry.check_corners(dented)


def test_more_than_999_corners_are_refused():
    with pytest.raises(CornersInvalid, match="at most 999 corners"):
        geometry.read_corners("21;105.8\n" * 1_001)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_corner_that_is_no_number_is_refused(bad):
    with pytest.raises(CornersInvalid, match="Line 2, longitude"):
        geometry.check_corners([CELL[0], (21.0, bad), CELL[2]])


def test_the_largest_ring_is_accepted():
    turns = [2 * math.pi * number / geometry.MOST for number in range(geometry.MOST)]
    ring = [(21 + 0.01 * math.sin(turn), 105.8 + 0.01 * math.cos(turn)) for turn in turns]
    geometry.check_corners(ring)
    circle_ha = math.pi * 0.01**2 * 115.11 / 0.01**2
    assert float(geometry.area_ha(ring)) == pytest.approx(circle_ha, rel=1e-3)


@pytest.mark.parametrize(("corners", "expected"), [(SQUARE_KM, "100.000"), (CELL, "115.109")])
def test_known_squares_measure_what_geodesy_says(corners, expected):
    assert abs(geometry.area_ha(corners) - Decimal(expected)) <= Decimal("0.001")


def test_the_whole_of_hanoi_errs_by_less_than_the_stated_bound():
    city = ((20.5, 105.3), (20.5, 106.0), (21.3, 106.0), (21.3, 105.3))
    geodesic = Decimal("645053.108")
    bound_m2 = sum(
        side**3 * math.tan(math.radians(latitude)) / (12 * 6_371_000)
        for side, latitude in ((73_000, 20.5), (72_700, 21.3))
    )
    assert 0 < abs(geometry.area_ha(city) - geodesic) * 10_000 < bound_m2


def test_the_centre_of_a_square_is_its_middle():
    assert geometry.centre(CELL) == pytest.approx((21.005, 105.805), abs=1e-9)


def star(seed, count):
    """Return a ring around one point, so simple by construction, of so many corners."""
    chance = random.Random(seed)
    corners = []
    for number in range(count):
        turn = 2 * math.pi * number / count
        reach = chance.uniform(0.002, 0.01)
        corners.append((round(21 + reach * math.sin(turn), 7), round(105.8 + reach * math.cos(turn), 7)))
    return corners


RINGS = st.builds(star, st.integers(0, 10**6), st.integers(3, 40))


@given(RINGS, st.integers(0, 39), st.booleans())
def test_area_and_centre_do_not_depend_on_where_and_which_way_the_ring_starts(ring, start, reverse):
    turned = ring[start % len(ring) :] + ring[: start % len(ring)]
    turned = turned[::-1] if reverse else turned
    assert abs(geometry.area_ha(turned) - geometry.area_ha(ring)) <= Decimal("0.001")
    assert geometry.centre(turned) == pytest.approx(geometry.centre(ring), abs=1e-7)


@given(RINGS)
def test_a_simple_ring_is_read_back_as_it_was_written(ring):
    assert geometry.read_corners(lines(ring)) == tuple(ring)


@given(RINGS, st.data())
def test_a_ring_whose_sides_cross_by_another_reckoning_is_refused(ring, data):
    first, second = data.draw(st.permutations(range(len(ring))))[:2]
    ring[first], ring[second] = ring[second], ring[first]
    pairs = itertools.combinations(range(len(ring)), 2)
    assume(any(crosses(ring, *pair) for pair in pairs if 1 < pair[1] - pair[0] < len(ring) - 1))
    with pytest.raises(CornersInvalid, match="crosses or touches"):
        geometry.check_corners(ring)


def crosses(ring, one, other):
    """Tell by solving the two lines whether two sides cross inside of both: another way than the code's."""
    (y1, x1), (y2, x2) = ring[one], ring[(one + 1) % len(ring)]
    (y3, x3), (y4, x4) = ring[other], ring[(other + 1) % len(ring)]
    scale = (x2 - x1) * (y4 - y3) - (y2 - y1) * (x4 - x3)
    if abs(scale) < 1e-12:
        return False
    along = ((x3 - x1) * (y4 - y3) - (y3 - y1) * (x4 - x3)) / scale
    across = ((x3 - x1) * (y2 - y1) - (y3 - y1) * (x2 - x1)) / scale
    return 1e-6 < along < 1 - 1e-6 and 1e-6 < across < 1 - 1e-6

"""Boundaries as rings of corners: read from text, checked, measured. WGS84, decimal degrees, no library."""

import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clusters.exceptions import CornersInvalid
from records.exceptions import Text

Corner = tuple[float, float]

LATITUDE, LONGITUDE = _("latitude"), _("longitude")
COLUMNS = (LATITUDE, LONGITUDE)

# Hanoi lies within 20.56–21.39 °N, 105.28–106.02 °E. A tenth of a degree (some 10 km) more on every side
# lets a cluster at the city's edge pass, and still catches a swapped pair, degrees of another datum's
# metres, and a slipped decimal sign, which all land farther away.
SOUTH, NORTH = 20.4, 21.5
WEST, EAST = 105.1, 106.2

FEWEST, MOST = 3, 999
_TOO_MANY = _("A boundary has at most 999 corners.")
# 1e-7 degrees, about one centimetre: finer than any survey prints. On this grid all tests are exact.
PLACES = 7
_GRID = 10**PLACES
# What 0.001 ha, the finest area on record, is in square metres.
SMALLEST_M2 = 10.0

# The WGS84 ellipsoid: semi-major axis in metres, and the square of its first eccentricity.
_AXIS_M = 6_378_137.0
_E2 = 0.006_694_379_990_141
_E = math.sqrt(_E2)

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_METRES = 1_000.0


class _Point(NamedTuple):
    """A corner on the grid, in whole units of 1e-7 degrees."""

    north: int
    east: int


class _Edge(NamedTuple):
    start: _Point
    end: _Point
    number: int


def read_corners(text: str) -> tuple[Corner, ...]:
    """Return the corners (latitude, longitude), in WGS84 degrees, of a boundary told one corner a line.

    The two numbers of a line are parted by a semicolon, by spaces, or by a comma. A decimal comma is
    understood wherever spaces or a semicolon part the numbers; `21,02,105,83` could mean several things
    and is refused. Empty lines are passed over. Corners are rounded to 1e-7 degrees (1 cm); a last
    corner that repeats the first closes the ring and is left out.

    Raises:
        CornersInvalid: not two numbers in a line, not in or around Hanoi, or no simple ring (see
            `check_corners`); it names the line, the column and the reason.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST + 1:
        raise CornersInvalid(_TOO_MANY)
    read = [(number, _corner(number, line)) for number, line in lines]
    if len(read) > FEWEST and read[0][1] == read[-1][1]:
        read.pop()
    corners = tuple(corner for __, corner in read)
    check_corners(corners, lines=[number for number, __ in read])
    return corners


def _corner(line: int, text: str) -> Corner:
    parts = _parts(text)
    if len(parts) != 2:
        reason = _("Write two numbers, the latitude and the longitude, with a semicolon between them.")
        raise CornersInvalid(reason, line=line, value=text)
    latitude, longitude = (_degrees(line, column, part) for column, part in zip(COLUMNS, parts, strict=True))
    return latitude, longitude


def _parts(text: str) -> list[str]:
    """Part a line where nothing else could be meant."""
    if ";" in text:
        return [part.strip() for part in text.split(";")]
    spaced = [part.strip(",") for part in text.split() if part != ","]
    return spaced if len(spaced) > 1 else text.split(",")


def _degrees(line: int, column: Text, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        reason = _("This is no number in decimal degrees, such as 21.0285.")
        raise CornersInvalid(reason, line=line, column=column, value=text)
    return round(float(text.replace(",", ".")), PLACES)


def check_corners(corners: Sequence[Corner], *, lines: Sequence[int] | None = None) -> None:
    """Refuse what is no simple ring of 3 to 999 corners in or around Hanoi.

    `lines` says in which line of a text each corner stood; without it corners are counted from 1.

    Raises:
        CornersInvalid: too few or too many corners, one out of range or not a number, one twice,
            two sides that cross or touch, or less than 0.001 ha inside.
    """
    named = lines or range(1, len(corners) + 1)
    if len(corners) > MOST:
        raise CornersInvalid(_TOO_MANY)
    for line, corner in zip(named, corners, strict=True):
        _check_range(line, corner)
    if len(corners) < FEWEST:
        reason = _("A boundary has at least three corners; there are {count}.")
        raise CornersInvalid(format_lazy(reason, count=len(corners)))
    points = [_Point(*(round(degrees * _GRID) for degrees in corner)) for corner in corners]
    _check_once(named, points)
    _check_simple(named, points)
    if _square_metres(corners) < SMALLEST_M2:
        raise CornersInvalid(_("The corners enclose less than 0.001 ha."))


def _check_range(line: int, corner: Corner) -> None:
    latitude, longitude = corner
    bounds = ((LATITUDE, latitude, SOUTH, NORTH), (LONGITUDE, longitude, WEST, EAST))
    for column, value, least, most in bounds:
        # Not `value < least or value > most`, which would let NaN pass.
        if not least <= value <= most:
            told = f"{value:.{PLACES}f}".rstrip("0").rstrip(".")
            reason = _far(corner, least, most)
            raise CornersInvalid(reason, line=line, column=column, value=told)


def _far(corner: Corner, least: float, most: float) -> Text:
    """Say why a corner is out of range, by the mistake that most likely led there."""
    latitude, longitude = corner
    if SOUTH <= longitude <= NORTH and WEST <= latitude <= EAST:
        return _("Latitude and longitude are swapped; the latitude (north) comes first.")
    if abs(latitude) >= _METRES or abs(longitude) >= _METRES:
        return _("These are metres, as VN-2000 has them; convert them to WGS84 degrees first.")
    near = _("This is not in or around Hanoi: between {least} and {most} degrees is expected.")
    return format_lazy(near, least=least, most=most)


def _check_once(lines: Sequence[int], points: Sequence[_Point]) -> None:
    seen: dict[_Point, int] = {}
    for line, point in zip(lines, points, strict=True):
        if point in seen:
            reason = _("This corner stands in line {first} already.")
            raise CornersInvalid(format_lazy(reason, first=seen[point]), line=line)
        seen[point] = line


def _check_simple(lines: Sequence[int], points: Sequence[_Point]) -> None:
    for one, other in _near(points):
        if _clash(one, other, len(points)):
            reason = _("The side that starts here crosses or touches the side that starts in line {first}.")
            first, second = sorted((one.number, other.number))
            raise CornersInvalid(format_lazy(reason, first=lines[first]), line=lines[second])


def _near(points: Sequence[_Point]) -> Iterator[tuple[_Edge, _Edge]]:
    """Yield the pairs of sides whose spans of longitude overlap: none else can meet."""
    ends = [*points[1:], points[0]]
    edges = sorted(
        (_Edge(*sides, number) for number, sides in enumerate(zip(points, ends, strict=True))),
        key=lambda edge: min(edge.start.east, edge.end.east),
    )
    open_: list[_Edge] = []
    for edge in edges:
        west = min(edge.start.east, edge.end.east)
        open_ = [other for other in open_ if max(other.start.east, other.end.east) >= west]
        yield from ((edge, other) for other in open_)
        open_.append(edge)


def _clash(one: _Edge, other: _Edge, count: int) -> bool:
    """Tell whether two sides meet anywhere but at a corner that they share as neighbours."""
    if (one.number + 1) % count == other.number:
        return _folds_back(one.start, one.end, other.end)
    if (other.number + 1) % count == one.number:
        return _folds_back(other.start, other.end, one.end)
    turns = (
        _turn(one.start, one.end, other.start),
        _turn(one.start, one.end, other.end),
        _turn(other.start, other.end, one.start),
        _turn(other.start, other.end, one.end),
    )
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((one, other.start), (one, other.end), (other, one.start), (other, one.end))
    return any(turn == 0 and _within(edge, point) for turn, (edge, point) in zip(turns, ends, strict=True))


def _folds_back(before: _Point, corner: _Point, after: _Point) -> bool:
    if _turn(before, corner, after):
        return False
    ahead = (corner.north - before.north) * (after.north - corner.north)
    return ahead + (corner.east - before.east) * (after.east - corner.east) < 0


def _turn(start: _Point, end: _Point, point: _Point) -> int:
    """Return -1, 0 or 1: `point` lies right of, on, or left of the line; whole numbers, so exact."""
    cross = (end.east - start.east) * (point.north - start.north) - (end.north - start.north) * (
        point.east - start.east
    )
    return (cross > 0) - (cross < 0)


def _within(edge: _Edge, point: _Point) -> bool:
    (start, end, __) = edge
    return min(start.east, end.east) <= point.east <= max(start.east, end.east) and min(
        start.north, end.north
    ) <= point.north <= max(start.north, end.north)


def area_ha(corners: Sequence[Corner]) -> Decimal:
    """Return the area inside the corners in hectares, to 0.001 ha, whichever way round they go.

    Measured in the cylindrical equal-area projection of the WGS84 ellipsoid, which keeps every area as
    it is. What remains is what a "straight side" means: against geodesic sides, a side of L metres at
    latitude φ errs by at most L³·tan φ / (12 R), that is 5 m² for one of 1 km and 0.6 ha for one of
    10 km at Hanoi's latitude. A cluster of 75 ha (sides of some 900 m) is right within 0.002 ha.
    """
    return (Decimal(_square_metres(corners)) / 10_000).quantize(Decimal("0.001"))


def _square_metres(corners: Sequence[Corner]) -> float:
    # Measured from the first corner, so that no digits are lost to the distance from the equator.
    origin = corners[0][1]
    base = _north_m(corners[0][0])
    plane = [
        (_AXIS_M * math.radians(longitude - origin), _north_m(latitude) - base)
        for latitude, longitude in corners
    ]
    pairs = zip(plane, [*plane[1:], plane[0]], strict=True)
    return abs(math.fsum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _north_m(latitude: float) -> float:
    """Return the northing in metres of a latitude in the cylindrical equal-area projection."""
    sine = math.sin(math.radians(latitude))
    scale = sine / (1 - _E2 * sine * sine) + math.atanh(_E * sine) / _E
    return _AXIS_M * (1 - _E2) / 2 * scale


def centre(corners: Sequence[Corner]) -> Corner:
    """Return the centre of mass of the area inside the corners, in degrees; it may lie outside of a bay."""
    (north, east), twice = corners[0], 0.0
    moment_north, moment_east = 0.0, 0.0
    for (y1, x1), (y2, x2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        weight = (x1 - east) * (y2 - north) - (x2 - east) * (y1 - north)
        twice += weight
        moment_north += weight * (y1 + y2 - 2 * north)
        moment_east += weight * (x1 + x2 - 2 * east)
    if not twice:
        return north, east
    return north + moment_north / (3 * twice), east + moment_east / (3 * twice)

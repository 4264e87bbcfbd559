"""A map as an SVG can draw it: places on a plane, lines of the graticule, a scale. Numbers only, no page.

Longitudes are shortened by the cosine of the middle latitude and nothing else: over a city the shapes
are right within a hundredth, and north is straight up.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clusters.geometry import Corner, centre

WIDTH = 1000.0
LOWEST, HIGHEST = 520.0, 860.0
# What stands free around the outermost place, as a part of the map.
MARGIN = 0.14
# The map never shows less than this many degrees (some 700 m), or one corner would fill it.
LEAST_SPAN = 0.006
# One degree of a meridian at Hanoi's latitude, on the WGS84 ellipsoid.
DEGREE_M = 110_710.0
# A shape smaller than this on the map shows only as its sign.
SMALLEST_SHAPE = 7.0

# The graticule's distances in seconds of arc, and how many lines there may be at most.
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800)
MOST_LINES = 5
# Beyond this part of the width a meridian is drawn without its name, which would not fit a telephone.
NAMED = 0.8
BAR_PART = 0.28


@dataclass(frozen=True)
class Line:
    """One line of the graticule: where it runs (x of a meridian, y of a parallel), and its angle."""

    at: str
    label: str


@dataclass(frozen=True)
class Drawn:
    """One ring on the map: its centre, and its outline ("" where it would be no more than a dot)."""

    x: str
    y: str
    outline: str


@dataclass(frozen=True)
class Chart:
    """Everything that the SVG needs, as it prints it: a point for the decimal sign in any language."""

    height: str
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]
    bar: str
    bar_words: str
    drawn: tuple[Drawn, ...]

    @property
    def width(self) -> str:
        """Return the width of the drawing; all maps have the same."""
        return _n(WIDTH)

    @property
    def view_box(self) -> str:
        """Return the drawing's own coordinates, for the attribute viewBox."""
        return f"0 0 {self.width} {self.height}"


@dataclass(frozen=True)
class _Frame:
    west: float
    north: float
    scale: float
    squeeze: float
    height: float

    def x(self, longitude: float) -> float:
        return (longitude - self.west) * self.squeeze * self.scale

    def y(self, latitude: float) -> float:
        return (self.north - latitude) * self.scale


def chart(rings: Sequence[Sequence[Corner]]) -> Chart:
    """Return the map that shows all of `rings`, at least one, each as large as it really is."""
    frame = _frame([corner for ring in rings for corner in ring])
    east, south = frame.west + WIDTH / frame.squeeze / frame.scale, frame.north - frame.height / frame.scale
    step = _step(max((east - frame.west) * frame.squeeze, frame.north - south))
    bar_m = _round_length(WIDTH * BAR_PART / frame.scale * DEGREE_M)
    return Chart(
        height=_n(frame.height),
        meridians=tuple(
            Line(_n(x), _("{angle} E").format(angle=_angle(angle, step)) if x < NAMED * WIDTH else "")
            for angle in _angles(frame.west, east, step)
            for x in [frame.x(angle)]
        ),
        parallels=tuple(
            Line(_n(frame.y(angle)), _("{angle} N").format(angle=_angle(angle, step)))
            for angle in _angles(south, frame.north, step)
        ),
        bar=_n(bar_m / DEGREE_M * frame.scale),
        bar_words=f"{bar_m // 1000} km" if bar_m >= 1000 else f"{bar_m} m",
        drawn=tuple(_draw(ring, frame) for ring in rings),
    )


def _frame(corners: Sequence[Corner]) -> _Frame:
    south, north = min(c[0] for c in corners), max(c[0] for c in corners)
    west, east = min(c[1] for c in corners), max(c[1] for c in corners)
    squeeze = math.cos(math.radians((south + north) / 2))
    high = max(north - south, LEAST_SPAN) / (1 - 2 * MARGIN)
    wide = max((east - west) * squeeze, LEAST_SPAN) / (1 - 2 * MARGIN)
    height = min(max(WIDTH * high / wide, LOWEST), HIGHEST)
    scale = min(WIDTH / wide, height / high)
    return _Frame(
        west=(west + east) / 2 - WIDTH / scale / squeeze / 2,
        north=(south + north) / 2 + height / scale / 2,
        scale=scale,
        squeeze=squeeze,
        height=height,
    )


def _step(span: float) -> int:
    return next((step for step in STEPS if span * 3600 / step <= MOST_LINES), STEPS[-1])


def _angles(first: float, last: float, step: int) -> Iterator[float]:
    """Yield the multiples of `step` seconds between two angles, but for those too near the edge."""
    edge = (last - first) * 0.07
    for number in range(math.ceil((first + edge) * 3600 / step), math.floor((last - edge) * 3600 / step) + 1):
        yield number * step / 3600


def _angle(angle: float, step: int) -> str:
    """Write an angle as 105°45′, with seconds only where the lines stand closer than minutes."""
    seconds = round(angle * 3600)
    degrees, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{degrees}°{minutes:02d}′" + (f"{rest:02d}″" if step < 60 else "")


def _round_length(longest: float) -> int:
    """Return the longest of 1, 2, 5, 10 … metres that is not longer than `longest`."""
    tens = 10 ** math.floor(math.log10(longest))
    return int(tens * max(part for part in (1, 2, 5) if tens * part <= longest))


def _draw(ring: Sequence[Corner], frame: _Frame) -> Drawn:
    latitude, longitude = centre(ring)
    points = [(frame.x(east), frame.y(north)) for north, east in ring]
    size = max(max(axis) - min(axis) for axis in zip(*points, strict=True))
    outline = "" if size < SMALLEST_SHAPE else "M" + " ".join(f"{_n(x)},{_n(y)}" for x, y in points) + "Z"
    return Drawn(_n(frame.x(longitude)), _n(frame.y(latitude)), outline)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")

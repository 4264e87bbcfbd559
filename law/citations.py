"""Citations: written short in the data, shown in full to people.

The short form is the one lawyers note down: `NĐ 32/2024 Đ10.1` is Article 10, clause 1 of Decree
32/2024/NĐ-CP. Several places of one instrument are separated by commas, instruments by semicolons:
`NĐ 32/2024 Đ10.1; TT 14/2024 Mẫu 01`. `Đ?` says openly that the article is not known.
"""

import re
from dataclasses import dataclass
from functools import cache

from django.utils.functional import lazy
from django.utils.translation import get_language

_KINDS = {
    # short: (Vietnamese, English, usual ending of the number)
    "NĐ": ("Nghị định", "Decree", "NĐ-CP"),
    "TT": ("Thông tư", "Circular", "TT-BCT"),
    "QĐ": ("Quyết định", "Decision", "QĐ-TTg"),
    "NQ": ("Nghị quyết", "Resolution", "NQ-CP"),
}
_CODES = {
    "Bộ luật Dân sự": "Civil Code",
    "Bộ luật Lao động": "Labour Code",
    "Luật Bảo vệ môi trường": "Law on Environmental Protection",
    "Luật Đất đai": "Law on Land",
    "Luật Đầu tư": "Law on Investment",
    "Luật Xây dựng": "Law on Construction",
}
_INSTRUMENT = re.compile(
    rf"(?P<kind>{'|'.join(_KINDS)}) (?P<number>\d+(?:\.\d+)?/\d{{4}})(?P<ending>/[\w-]+)?"
    rf"|(?P<code>{'|'.join(_CODES)}) (?P<year>(?:\d+/)?\d{{4}}(?:/\w+)?)"
)
_ARTICLE = re.compile(r"Đ(?P<article>\d+|\?)(?:\.(?P<clause>\d+))?(?P<point>[a-zđ])?")
_OTHER_PLACE = re.compile(r"(?P<kind>Mẫu|PL) (?P<name>[\w. ]+)")
_OTHER_PLACES = {"Mẫu": ("Mẫu số", "Form"), "PL": ("Phụ lục", "Appendix")}


@dataclass(frozen=True)
class Place:
    """Where in an instrument: an article with clause and point, or a form, or an appendix."""

    vi: str
    en: str
    is_known: bool = True


@dataclass(frozen=True)
class Citation:
    """One instrument and the places in it."""

    vi: str
    en: str
    places: tuple[Place, ...]

    def __str__(self) -> str:
        return self.text("vi")

    def text(self, language: str) -> str:
        """Return the citation in full, in Vietnamese (`vi`) or English (any other)."""
        if language == "vi":
            return " ".join([", ".join(place.vi for place in self.places), self.vi]).strip()
        return ", ".join([*(place.en for place in self.places), self.en])


def parse(text: str) -> tuple[Citation, ...]:
    """Return the citations written in `text`, in its order.

    Raises:
        ValueError: a part of `text` is not in the short form.
    """
    return tuple(_citation(part.strip()) for part in text.split(";"))


@cache
def full(text: str, language: str) -> str:
    """Return the short form `text` in full, in `language`."""
    return "; ".join(citation.text(language) for citation in parse(text))


def shown(text: str) -> str:
    """Return the short form `text` in full, in the language of the reader."""
    return full(text, reader_language())


def reader_language() -> str:
    """Return the two letters of the language of the reader."""
    return (get_language() or "vi")[:2]


shown_lazy = lazy(shown, str)


def names_article(text: str) -> bool:
    """Tell whether each citation in `text` says where in the instrument it is found."""
    return all(
        citation.places and all(place.is_known for place in citation.places) for citation in parse(text)
    )


def _citation(text: str) -> Citation:
    found = _INSTRUMENT.match(text)
    if not found:
        raise ValueError(f"no known instrument in {text!r}")
    rest = text[found.end() :].strip()
    places = tuple(_place(part.strip()) for part in rest.split(",")) if rest else ()
    return Citation(*_instrument(found), places)


def _instrument(found: re.Match[str]) -> tuple[str, str]:
    if found["code"]:
        return f"{found['code']} {found['year']}", f"{_CODES[found['code']]} {found['year']}"
    vi, en, usual = _KINDS[found["kind"]]
    number = found["number"] + (found["ending"] or f"/{usual}")
    return f"{vi} {number}", f"{en} {number}"


def _place(text: str) -> Place:
    if article := _ARTICLE.fullmatch(text):
        return _article(article)
    if other := _OTHER_PLACE.fullmatch(text):
        vi, en = _OTHER_PLACES[other["kind"]]
        return Place(f"{vi} {other['name']}", f"{en} {other['name']}")
    raise ValueError(f"no article, form or appendix in {text!r}")


def _article(found: re.Match[str]) -> Place:
    if found["article"] == "?":
        return Place("(chưa rõ điều khoản)", "(article not known)", is_known=False)
    vi, en = f"Điều {found['article']}", f"Article {found['article']}"
    if found["clause"]:
        vi, en = f"{vi} khoản {found['clause']}", f"{en}, clause {found['clause']}"
    if found["point"]:
        vi, en = f"{vi} điểm {found['point']}", f"{en}, point {found['point']}"
    return Place(vi, en)

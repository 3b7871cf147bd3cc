"""The fast way: a page is read where its site's articles stand, under a guard that sends it the slow way."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from reading.article import Article, Opened, open_page
from reading.clean import squash
from reading.families.known import family_named
from reading.learning import Lesson, Way
from reading.lines import read_area
from reading.outside import Outside, measure_outside
from reading.page import Hints, Page, Reading
from reading.shape import Area, Shape, find_area, locate, tell_host, tell_name, tell_path

# So many lines behind the area are looked at: as far as documents beside the text may stand.
_BEHIND = 40
# A shorter text is looked at with the whole page before it is believed.
_LEAST = 60
# Where less of the area's words is text than this part of the least seen, some of it was missed.
_SHARE = 0.5
# Where an error page's words count, unless the page states its publication (reading.faults).
_TELLING = 400
_PARTS = ("article_title", "body", "published", "credit")
_KEPT = frozenset(
    (
        *("published", "updated", "credit", "issued", "author", "editor", "doc_number", "index_number"),
        *("issuer", "topic", "validity", "summary"),
    )
)


@dataclass(frozen=True)
class _Try:
    """One page read by one shape: the reading, what the shape would have to let through, and the doubt."""

    reading: Reading
    seen: Shape
    holds: bool
    doubt: str | None


def read_learning(
    page: Page, hints: Hints, shapes: tuple[Shape, ...], check: bool = False
) -> tuple[Reading, Lesson | None]:
    """Read one article page by what is known of its site, and say what it teaches; never raises.

    The fast way is taken by a shape that is trusted, found on the page, and not doubted by the guard; `check`
    asks for both ways. Whenever both were taken the slow way's reading is given.
    """
    opened = open_page(page)
    if isinstance(opened, Reading):
        return opened, None
    if any(hints.selectors.get(part) for part in _PARTS):
        return Article(opened, hints).read(), None
    found = _find_shape(opened, shapes)
    if found is None:
        return _read_slowly(opened, hints, None, "slow")
    shape, area = found
    tried = _try(opened, hints, shape, area)
    if shape.is_trusted and tried.doubt is None and not check:
        return tried.reading, Lesson("fast", shape.key)
    way: Way = "agreed" if tried.doubt is None or not shape.is_trusted else "doubted"
    return _read_slowly(opened, hints, tried, way, shape)


def _find_shape(opened: Opened, shapes: tuple[Shape, ...]) -> tuple[Shape, Area] | None:
    """The first shape that this page has, those that are trusted before those that are not."""
    host = tell_host(opened.page.url)
    for shape in sorted(shapes, key=lambda one: not one.is_trusted):
        area = locate(opened.root, shape) if shape.host == host else None
        if area is not None:
            return shape, area
    return None


def _try(opened: Opened, hints: Hints, shape: Shape, area: Area) -> _Try:
    sheet = read_area(opened.root, area.first, area.last, _BEHIND)
    article = Article(opened, hints, sheet, family_named(shape.family))
    reading = article.read()
    seen = replace(
        shape,
        titles=(_name_title(article),),
        ways=(_tell_ways(article, reading, area),),
        share=_tell_share(article, reading),
        outside=measure_outside(opened.root, sheet),
    )
    holds = _is_inside(article, area)
    doubt = _find_doubt(reading, shape, seen) if holds else "the text ends elsewhere"
    return _Try(reading, seen, holds, doubt)


def _find_doubt(reading: Reading, shape: Shape, seen: Shape) -> str | None:
    """Why this page must be read the slow way: what was there on other pages is not, or more is beside."""
    if reading.fault is not None:
        return reading.fault
    if not seen.titles[0] or seen.titles[0] not in shape.titles:
        return "the title stands elsewhere"
    if seen.ways[0] not in shape.ways:
        return "date or source stand elsewhere"
    if len(reading.text) < _LEAST:
        return "the text is short"
    if len(reading.text) <= _TELLING and reading.published is None:
        return "no publication"
    if seen.share < _SHARE * shape.share:
        return "too little of the area is text"
    return seen.outside.find_excess(shape.outside, len(reading.text))


def _is_inside(article: Article, area: Area) -> bool:
    """Tell whether the title stands in the page and the text's block lies wholly in the area."""
    if _find_title(article) is None:
        return False
    block = article.body.block
    return block is not article.sheet.root and article.sheet.spans[block][1] <= _end_of(article, area)


def _end_of(article: Article, area: Area) -> int:
    """The number of the line behind the area's last."""
    return max(article.sheet.spans.get(part, (0, 0))[1] for part in (area.first, area.last))


def _find_title(article: Article) -> int | None:
    """The number of the title's line, or of the last before the text that holds it among other words."""
    key = squash(article.title.words or "")
    if article.title.line is not None or not key:
        return article.title.line
    lines = article.sheet.lines[: article.body.first]
    return next((n for n in range(len(lines) - 1, -1, -1) if key in squash(lines[n].text)), None)


def _name_title(article: Article) -> str:
    """Name the element that the title stands in, with the one around it; empty where it stands nowhere."""
    line = _find_title(article)
    if line is None:
        return ""
    block = article.sheet.lines[line].block
    around = block.getparent()
    return f"{'' if around is None else tell_name(around)}>{tell_name(block)}"


def _tell_ways(article: Article, reading: Reading, area: Area) -> str:
    """The origins of the parts as one word, with marks: the head says the title, too; more is beside it.

    Where the area is worth more than the block in it, the whole page would have been read by a larger block.
    """
    title = reading.title or ""
    said = any(_says(article.metas.get(name, ""), title) for name in ("<title>", "articletitle"))
    parts = [reading.origins.get(part, "") for part in ("title", "body", "published", "credit")]
    larger = sum(article.worths[: _end_of(article, area)]) > article.body.worth
    return "|".join(["headed" if title and said else "", "larger" if larger else "", *parts])


def _says(text: str, title: str) -> bool:
    """Tell whether a text holds a title that is not a piece of a word, without a pattern for each page."""
    at = text.find(title)
    while at >= 0 and (text[at - 1 : at].isalnum() or text[at + len(title) :][:1].isalnum()):
        at = text.find(title, at + 1)
    return at >= 0


def _tell_share(article: Article, reading: Reading) -> float:
    """The part of the area's words that is text, 0 to 1, in hundredths."""
    words = sum(line.plain for line in article.sheet.lines)
    return min(1.0, round(len(reading.text) / max(1, words), 2))


def _read_slowly(
    opened: Opened,
    hints: Hints,
    tried: _Try | None,
    way: Way,
    shape: Shape | None = None,
) -> tuple[Reading, Lesson]:
    """Read the whole page; hold what the fast way said against it, or propose where to look next time."""
    article = Article(opened, hints)
    reading = article.read()
    key = missed = None
    if tried is not None and shape is not None:
        key, missed = shape.key, tell_difference(reading, tried.reading)
        if missed is None:
            return reading, Lesson(way, key, shape.widen(tried.seen))
        way = "doubted" if way == "doubted" else "differed"
    return reading, Lesson(way, key, _propose(opened, hints, article, reading), missed)


def tell_difference(slow: Reading, fast: Reading) -> str | None:
    """Name the first field that two readings of a page do not share; None where they say the same."""
    return next(
        (one.name for one in fields(slow) if getattr(slow, one.name) != getattr(fast, one.name)), None
    )


def _propose(opened: Opened, hints: Hints, article: Article, reading: Reading) -> Shape | None:
    """The shape of a page that was read whole, where its article is read the same by the shape alone."""
    body, title = article.body, _find_title(article)
    if reading.fault or title is None or reading.origins.get("body") == "trafilatura":
        return None
    used = {title, *body.numbers()[:1], *body.numbers()[-1:]}
    used |= {value.line for name, value in article.fields.items() if name in _KEPT}
    area = find_area(article.sheet, body.block, used)
    where = tell_path(area) if area is not None else None
    if area is None or where is None:
        return None
    host, family = tell_host(reading.url), reading.family
    shape = Shape(host, *where, family, (), (), 1.0, Outside(0, 0, 0, 0), agreed=1)
    tried = _try(opened, hints, shape, area)
    same = tell_difference(reading, tried.reading) is None
    return shape.widen(tried.seen) if same and tried.holds else None

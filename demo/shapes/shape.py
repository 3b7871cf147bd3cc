"""What a CMS shape states: the forms of its addresses and dates, its charset, its templates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from string import Formatter

from demo.content import Channel, Headline

_COUNTING = {
    "zero": lambda page, pages: page - 1,
    "one": lambda page, pages: page,
    "down": lambda page, pages: pages - page + 1,
}


@dataclass(frozen=True)
class Shape:
    """One CMS; the frames of addresses hold {slug}, {number}, {n}, {id} and parts of the day ({y} {m} {d}).

    `counting` says what the {n} of a further list page is: zero and one count up from the first
    page, down counts down to 1 at the last page. `exact` says whether an article prints its minute.
    `list_type` is the content type of its lists where they are no HTML.
    """

    name: str
    first: str
    more: str
    article: str
    article_date: str
    list_date: str
    counting: str = "zero"
    charset: str = "utf-8"
    exact: bool = True
    validators: bool = True
    first_id: int = 1_000_000
    files: str = "/files"
    list_template: str = ""
    article_template: str = ""
    list_type: str = ""

    @property
    def templates(self) -> tuple[str, str]:
        """The templates of its lists and of its articles."""
        return (
            self.list_template or f"{self.name}_list.html",
            self.article_template or f"{self.name}_article.html",
        )

    def list_path(self, channel: Channel, page: int, pages: int) -> str:
        """Say where a page of a list is (page 1 is the newest)."""
        frame = self.first if page == 1 else self.more
        count = _COUNTING[self.counting](page, pages)
        return frame.format(slug=channel.slug, number=channel.number, n=count)

    def article_path(self, channel: Channel, headline: Headline) -> str:
        """Say where an article is."""
        moment = headline.moment
        return self.article.format(
            slug=channel.slug,
            number=channel.number,
            id=self.first_id + headline.key.serial,
            y=moment.year,
            m=moment.month,
            d=moment.day,
        )

    def find_page(self, channel: Channel, target: str, pages: int) -> int | None:
        """Say which page of the channel's list an address means."""
        if target == self.list_path(channel, 1, 1):
            return 1
        found = _pattern(self.more, channel.slug, channel.number).fullmatch(target)
        if found is None:
            return None
        return next(
            (page for page in range(2, pages + 1) if self.list_path(channel, page, pages) == target),
            None,
        )

    def find_serial(self, channel: Channel, target: str) -> int | None:
        """Say which article of the channel an address may mean (its day is not checked here)."""
        found = _pattern(self.article, channel.slug, channel.number).fullmatch(target)
        return int(found["id"]) - self.first_id if found else None

    def print_date(self, moment: datetime, frame: str) -> str:
        """Print a moment in one of the shape's forms."""
        return frame.format(
            y=moment.year,
            m=moment.month,
            d=moment.day,
            clock=moment.strftime("%H:%M"),
        )


@cache
def _pattern(frame: str, slug: str, number: int) -> re.Pattern[str]:
    known = {"slug": slug, "number": str(number)}
    parts: list[str] = []
    for text, name, _, _ in Formatter().parse(frame):
        parts.append(re.escape(text))
        if name in known:
            parts.append(re.escape(known[name]))
        elif name == "id":
            parts.append("(?P=id)" if any("<id>" in part for part in parts) else r"(?P<id>\d+)")
        elif name:
            parts.append(r"\d+")
    return re.compile("".join(parts))

"""The plain peer: the afternoon's script that caibian must beat. `python bench/plain.py SITES.json DATABASE`.

Scrapy follows lists and rows, obeys robots.txt, hands each article to trafilatura with its metadata, and
commits one ORM row an item. It screens, compares and labels nothing. Its last line is JSON with `items`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
import sqlalchemy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response, TextResponse
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from trafilatura import bare_extraction

SETTINGS = {
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS": 32,
    "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False,
}


class Base(DeclarativeBase):
    """The peer's own tables."""


class Article(Base):
    """One row an article."""

    __tablename__ = "articles"
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str | None]
    day: Mapped[str | None]
    text: Mapped[str | None]


class PlainSpider(scrapy.Spider):
    """Lists, rows, next pages, articles."""

    name = "plain"
    sites: tuple[dict[str, Any], ...] = ()
    engine: sqlalchemy.Engine
    stored = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for site in self.sites:
            yield scrapy.Request(site["list"], self.read_list, cb_kwargs={"site": site})

    def read_list(self, response: Response, site: dict[str, Any]) -> Iterator[scrapy.Request]:
        """Follow every row and the next page."""
        for link in response.css(f"{site['rows']}::attr(href)").getall():
            yield response.follow(link, self.read_article)
        following = response.css(f"{site['next']}::attr(href)").get() if site.get("next") else None
        if following:
            yield response.follow(following, self.read_list, cb_kwargs={"site": site})

    def read_article(self, response: Response) -> None:
        """Extract, and commit one row."""
        assert isinstance(response, TextResponse)
        found = bare_extraction(response.text, url=response.url, with_metadata=True)
        row = Article(
            address=response.url,
            title=getattr(found, "title", None),
            day=getattr(found, "date", None),
            text=getattr(found, "text", None),
        )
        with Session(self.engine) as session:
            session.add(row)
            session.commit()
        PlainSpider.stored += 1


def main() -> None:
    """Crawl, and say how many items were stored."""
    PlainSpider.sites = tuple(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    PlainSpider.engine = sqlalchemy.create_engine(f"sqlite:///{sys.argv[2]}")
    Base.metadata.create_all(PlainSpider.engine)
    process = CrawlerProcess(SETTINGS)
    process.crawl(PlainSpider)
    process.start()
    print(json.dumps({"items": PlainSpider.stored}))


if __name__ == "__main__":
    main()

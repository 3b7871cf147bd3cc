"""The same pages by Hugo: articles, columns of twenty rows, agencies, a front page, feeds, a sitemap."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bench.ours import Office
from bench.process import Spent, measure
from publish.fields import see_summary
from store.tables import items, reviews, revisions

LAYOUTS = Path(__file__).with_name("hugo_layouts")
_CONFIG = """
baseURL = "https://www.example.gov.cn/"
title = "示例门户"
languageCode = "zh-CN"
paginate = 20
[taxonomies]
agency = "agencies"
[outputs]
home = ["HTML"]
section = ["HTML", "ATOM", "RSS", "FEED"]
taxonomy = ["HTML"]
term = ["HTML", "ATOM", "RSS", "FEED"]
[mediaTypes."application/atom+xml"]
suffixes = ["xml"]
[outputFormats.ATOM]
mediaType = "application/atom+xml"
baseName = "atom"
[outputFormats.FEED]
mediaType = "application/json"
baseName = "feed"
isPlainText = true
"""


def find_hugo() -> str | None:
    """Where Hugo is (Debian's package `hugo` will do), None where it is not installed."""
    return shutil.which("hugo")


@dataclass(frozen=True)
class HugoSite:
    """The approved items of an office, written down as Hugo wants them."""

    command: str
    folder: Path
    office: Office

    def write(self) -> None:
        """Write an article a file, beside the templates, which show of it what ours show."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.toml").write_text(_CONFIG, encoding="utf-8")
        shutil.copytree(LAYOUTS, self.folder / "layouts")
        query = (
            select(reviews.c.item, reviews.c.column_key, items.c.agency, revisions.c.form)
            .join_from(reviews, revisions)
            .join(items, items.c.id == reviews.c.item)
            .where(reviews.c.state == "approved")
        )
        with self.office.open() as database, database.read() as connection:
            for item, column, agency, form in connection.execute(query):
                self._write_article(item, column, agency, json.loads(form))

    def build(self) -> Spent:
        """Build the site; Hugo knows no other way than all of it."""
        return measure([self.command, "--quiet", "--source", str(self.folder)])

    def touch(self) -> None:
        """Change a hundred articles."""
        for path in sorted((self.folder / "content").rglob("*.html"))[:100]:
            path.write_text(path.read_text(encoding="utf-8") + "<p>更正。</p>", encoding="utf-8")

    def _write_article(self, item: int, column: str, agency: str, form: dict[str, str]) -> None:
        path = self.folder / "content" / column / f"{item}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        names = ("title", "credit", "author", "address")
        head: dict[str, object] = {name: form[name] for name in names if form[name]}
        head |= {"date": form["published"][:10], "stated": form["published"], "summary": see_summary(form)}
        head |= {"agencies": [agency]}
        path.write_text(f"{json.dumps(head, ensure_ascii=False)}\n{form['html']}\n", encoding="utf-8")

"""The same pages by Hugo: articles, columns of twenty rows, a front page, Atom, a sitemap."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bench.ours import Office
from bench.process import Spent, measure
from store.tables import reviews, revisions

_CONFIG = """
baseURL = "https://www.example.gov.cn/"
title = "示例门户"
languageCode = "zh-CN"
paginate = 20
disableKinds = ["taxonomy", "term"]
[outputs]
home = ["HTML", "ATOM"]
section = ["HTML", "ATOM"]
[mediaTypes."application/atom+xml"]
suffixes = ["xml"]
[outputFormats.ATOM]
mediaType = "application/atom+xml"
baseName = "atom"
"""
_BASE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<meta name="SiteName" content="{{ site.Title }}"><meta name="ColumnName" content="{{ .Section }}">
<meta name="ArticleTitle" content="{{ .Title }}"><meta name="PubDate" content="{{ .Date }}">
<link rel="stylesheet" href="/static/site.css"></head><body><header><a href="/">{{ site.Title }}</a><nav>
{{ range site.Sections }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</nav></header>
<main>{{ block "main" . }}{{ end }}</main><footer><p>主办：示例单位</p></footer></body></html>"""
_SINGLE = """{{ define "main" }}<article><h1>{{ .Title }}</h1><p>{{ .Date.Format "2006-01-02" }}
来源：{{ .Params.credit }}</p>{{ .Content }}</article>{{ end }}"""
_LIST = """{{ define "main" }}<h1>{{ .Title }}</h1><ul>{{ range .Paginator.Pages }}
<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> <time>{{ .Date.Format "2006-01-02" }}</time></li>{{ end }}
</ul>{{ template "_internal/pagination.html" . }}{{ end }}"""
_HOME = """{{ define "main" }}{{ range site.Sections }}<section><h2>{{ .Title }}</h2><ul>
{{ range first 8 .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul></section>
{{ end }}{{ end }}"""
_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>{{ .Title }}</title><id>{{ .Permalink }}</id>
{{ range first 20 .Pages }}<entry><title>{{ .Title }}</title><id>{{ .Permalink }}</id>
<updated>{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}</updated><content type="html">{{ .Content | html }}
</content></entry>{{ end }}</feed>"""


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
        """Write the templates and an article a file."""
        files = {
            "config.toml": _CONFIG,
            "layouts/_default/baseof.html": _BASE,
            "layouts/_default/single.html": _SINGLE,
            "layouts/_default/list.html": _LIST,
            "layouts/index.html": _HOME,
            "layouts/_default/home.atom.xml": _ATOM,
            "layouts/_default/section.atom.xml": _ATOM,
        }
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        query = select(reviews.c.item, reviews.c.column_key, revisions.c.form).join_from(reviews, revisions)
        query = query.where(reviews.c.state == "approved")
        with self.office.open() as database, database.read() as connection:
            for item, column, form in connection.execute(query):
                self._write_article(item, column, json.loads(form))

    def build(self) -> Spent:
        """Build the site; Hugo knows no other way than all of it."""
        return measure([self.command, "--quiet", "--source", str(self.folder)])

    def touch(self) -> None:
        """Change a hundred articles."""
        for path in sorted((self.folder / "content").rglob("*.html"))[:100]:
            path.write_text(path.read_text(encoding="utf-8") + "<p>更正。</p>", encoding="utf-8")

    def _write_article(self, item: int, column: str, form: dict[str, str]) -> None:
        path = self.folder / "content" / column / f"{item}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = {"title": form["title"], "date": form["published"][:10], "credit": form["credit"]}
        path.write_text(f"{json.dumps(head, ensure_ascii=False)}\n{form['html']}\n", encoding="utf-8")

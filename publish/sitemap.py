"""The sitemap, a file per 250 public numbers, so that a file of old articles changes with them only."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from publish.templates import make_environment
from publish.views import Entry, SiteView

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
BLOCK = 250  # public numbers a file: a change of ten old articles writes ten files
LIMIT = 50_000  # addresses a file, by the protocol


def find_block(number: int) -> int:
    """Say in which file, from 1, a public number stands."""
    return (number - 1) // BLOCK + 1


def name_block(block: int) -> str:
    """Give the address of one file of articles."""
    return f"/sitemaps/articles-{block}.xml"


def name_columns(number: int) -> str:
    """Give the address of one file of lists and other pages, from 1."""
    return f"/sitemaps/columns-{number}.xml"


def render_entries(entries: Iterable[Entry], site: SiteView) -> str:
    """Write one file of addresses; written without a template, since there are hundreds."""
    return _write("urlset", "url", entries, site)


def render_index(entries: Iterable[Entry], site: SiteView) -> str:
    """Write /sitemap.xml, which names the files."""
    return _write("sitemapindex", "sitemap", entries, site)


def _write(root: str, name: str, entries: Iterable[Entry], site: SiteView) -> str:
    base = site.absolute("")
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<{root} xmlns="{_NAMESPACE}">']
    for entry in entries:
        changed = f"<lastmod>{entry.at[:19]}Z</lastmod>" if entry.at else ""
        lines.append(f"<{name}><loc>{escape(base + entry.path, quote=False)}</loc>{changed}</{name}>")
    return "\n".join([*lines, f"</{root}>", ""])


def render_robots(site: SiteView) -> str:
    """Render robots.txt: all may read, and the sitemap is named."""
    template = make_environment().get_template("robots.txt")
    return template.render(address=site.absolute("/sitemap.xml"))

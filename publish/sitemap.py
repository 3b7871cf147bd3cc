"""The sitemap, a file per thousand public numbers, so that a file of old articles changes with them only."""

from __future__ import annotations

from publish.templates import make_environment
from publish.views import Entry, SiteView

BLOCK = 1000  # public numbers a file; the protocol's limit is 50,000 addresses


def find_block(number: int) -> int:
    """Say in which file, from 1, a public number stands."""
    return (number - 1) // BLOCK + 1


def name_block(block: int) -> str:
    """Give the address of one file of articles."""
    return f"/sitemaps/articles-{block}.xml"


def render_entries(entries: tuple[Entry, ...], site: SiteView) -> str:
    """Render one file of addresses."""
    return make_environment().get_template("sitemap.xml").render(entries=entries, site=site)


def render_index(entries: tuple[Entry, ...], site: SiteView) -> str:
    """Render /sitemap.xml, which names the files."""
    return make_environment().get_template("sitemaps.xml").render(entries=entries, site=site)


def render_robots(site: SiteView) -> str:
    """Render robots.txt: all may read, and the sitemap is named."""
    template = make_environment().get_template("robots.txt")
    return template.render(address=site.absolute("/sitemap.xml"))

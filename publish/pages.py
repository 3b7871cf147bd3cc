"""The HTML pages, each a pure function of its view and the site's."""

from __future__ import annotations

from publish.assets import read_assets
from publish.templates import make_environment
from publish.views import ArticleView, FrontZoneView, GoneView, ListView, SiteView, ZoneView


def render_front(zones: tuple[FrontZoneView, ...], site: SiteView) -> str:
    """Render the front page; a zone without anything to show keeps its anchor only."""
    return _render("front.html", zones=zones, site=site)


def render_list(view: ListView, site: SiteView) -> str:
    """Render one page of a column: 最新, or a permanent page."""
    return _render("list.html", view=view, site=site)


def render_article(view: ArticleView, site: SiteView) -> str:
    """Render an article's page with the tags of N13."""
    return _render("article.html", view=view, site=site)


def render_gone(view: GoneView, site: SiteView) -> str:
    """Render what stands at the address of a withdrawn item."""
    return _render("gone.html", view=view, site=site)


def render_columns(zones: tuple[ZoneView, ...], site: SiteView) -> str:
    """Render the map of the portal: every column that has something, with its feed."""
    return _render("columns.html", zones=zones, site=site)


def render_search(zones: tuple[ZoneView, ...], site: SiteView) -> str:
    """Render the search page, which lists the columns for whoever has no script."""
    assets = read_assets()
    script, table = assets["search.js"].path, assets["simplified.txt"].path
    return _render("search.html", zones=zones, site=site, script=script, table=table)


def render_missing(site: SiteView) -> str:
    """Render the page for addresses that were never given."""
    return _render("missing.html", site=site)


def _render(template: str, **values: object) -> str:
    return make_environment().get_template(template).render(**values)

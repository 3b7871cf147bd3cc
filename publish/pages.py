"""The HTML pages, each a pure function of its view and the site's."""

from __future__ import annotations

from collections.abc import Mapping

from publish import linked_data, roll
from publish.assets import read_assets
from publish.directory import DirectoryPage
from publish.roll import RollPage
from publish.templates import make_environment
from publish.views import (
    AgencyPage,
    AgencyView,
    ArticleView,
    ColumnView,
    FrontZoneView,
    GoneView,
    ListView,
    SiteView,
    ZoneView,
)


def render_front(
    zones: tuple[FrontZoneView, ...], site: SiteView, topics: tuple[ColumnView, ...] = ()
) -> str:
    """Render the front page; a zone without anything to show keeps its anchor only."""
    facts = linked_data.describe_front(site)
    return _render("front.html", zones=zones, topics=topics, site=site, facts=facts)


def render_list(view: ListView, site: SiteView) -> str:
    """Render one page of a column: 最新, or a permanent page."""
    path = view.column.page(view.pager.number) if view.pager.number else view.column.path
    return _render(
        "list.html", view=view, site=site, facts=linked_data.describe_list(view.column, path, site)
    )


def render_article(view: ArticleView, site: SiteView) -> str:
    """Render an article's page with the tags of N13."""
    return _render("article.html", view=view, site=site, facts=linked_data.describe_article(view, site))


def render_gone(view: GoneView, site: SiteView) -> str:
    """Render what stands at the address of a withdrawn item."""
    return _render("gone.html", view=view, site=site)


def render_columns(zones: tuple[ZoneView, ...], site: SiteView, agencies: tuple[AgencyView, ...] = ()) -> str:
    """Render the map of the portal: each column and agency that has something, its feeds, the services."""
    return _render("columns.html", zones=zones, agencies=agencies, site=site, room=roll.ROOM)


def render_agencies(view: RollPage, site: SiteView) -> str:
    """Render one page of the roll of agencies."""
    return _render("agencies.html", view=view, site=site)


def render_agency(view: AgencyPage, site: SiteView) -> str:
    """Render the newest of one agency."""
    facts = linked_data.describe_list(view.agency, view.agency.path, site)
    return _render("agency.html", view=view, site=site, facts=facts)


def render_directory(view: DirectoryPage, site: SiteView) -> str:
    """Render one page of the 公开目录 or of one of its drawers."""
    facts = linked_data.describe_service("公开目录", "/directory/", site)
    return _render("directory.html", view=view, site=site, facts=facts)


def render_data(months: Mapping[str, int], site: SiteView) -> str:
    """Render the list of the directory's data files, a month each, the newest first."""
    return _render("data.html", months=sorted(months.items(), reverse=True), site=site)


def render_guide(site: SiteView) -> str:
    """Render the 公开指南 of portal.yaml."""
    facts = linked_data.describe_service("公开指南", "/guide/", site)
    return _render("guide.html", site=site, facts=facts)


def render_links(site: SiteView) -> str:
    """Render the link directory, group by group."""
    return _render("links.html", site=site)


def render_help(site: SiteView) -> str:
    """Render what the portal does for those who read in another way: large type, keys, screen readers."""
    return _render("help.html", site=site)


def render_search(zones: tuple[ZoneView, ...], site: SiteView, agencies: tuple[AgencyView, ...] = ()) -> str:
    """Render the search page, which lists the columns for whoever has no script.

    What one can filter by stands in the page and not in the index, so that the traditional version has it in
    its own characters.
    """
    assets = read_assets()
    script, table = assets["search.js"].path, assets["simplified.txt"].path
    return _render("search.html", zones=zones, agencies=agencies, site=site, script=script, table=table)


def render_missing(site: SiteView) -> str:
    """Render the page for addresses that were never given."""
    return _render("missing.html", site=site)


def _render(template: str, **values: object) -> str:
    return make_environment().get_template(template).render(**values)

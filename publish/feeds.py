"""A column's or an agency's newest items for programs: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1."""

from __future__ import annotations

import json

from publish.templates import make_environment, write_seconds
from publish.views import AgencyView, ColumnView, RowView, SiteView


def render_feed(column: ColumnView | AgencyView, rows: tuple[RowView, ...], site: SiteView) -> str:
    """Render the Atom feed of a column's newest rows, at least one; updated when its newest entry is."""
    return _render("feed.xml", column, rows, site)


def render_rss(column: ColumnView | AgencyView, rows: tuple[RowView, ...], site: SiteView) -> str:
    """Render the same as RSS 2.0."""
    return _render("feed.rss", column, rows, site)


def render_json_feed(column: ColumnView | AgencyView, rows: tuple[RowView, ...], site: SiteView) -> str:
    """Write the same as JSON Feed 1.1."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{column.name} - {site.identity.site_name}",
        "home_page_url": site.absolute(column.path),
        "feed_url": site.absolute(column.json_feed),
        "description": column.description,
        "language": "zh-CN",
        "items": [
            {
                "id": site.absolute(row.path),
                "url": site.absolute(row.path),
                "title": row.title,
                "content_text": row.summary,
                "date_published": write_seconds(row.published),
                "date_modified": write_seconds(row.updated),
                "authors": [{"name": row.credit}],
                "tags": [column.name],
            }
            for row in rows
        ],
    }
    return json.dumps(feed, ensure_ascii=False) + "\n"  # in lines it takes five times as long


def _render(template: str, column: ColumnView | AgencyView, rows: tuple[RowView, ...], site: SiteView) -> str:
    updated = max(row.updated for row in rows)
    found = make_environment().get_template(template)
    return found.render(column=column, rows=rows, updated=updated, site=site)

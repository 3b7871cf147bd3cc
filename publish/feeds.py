"""A column's Atom feed (RFC 4287)."""

from __future__ import annotations

from publish.templates import make_environment
from publish.views import ColumnView, RowView, SiteView


def render_feed(column: ColumnView, rows: tuple[RowView, ...], site: SiteView) -> str:
    """Render the feed of a column's newest rows, at least one; it is updated when its newest entry is."""
    updated = max(row.updated for row in rows)
    template = make_environment().get_template("feed.xml")
    return template.render(column=column, rows=rows, updated=updated, site=site)

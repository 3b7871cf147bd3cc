"""From portal.yaml to what every page shows of the portal."""

from __future__ import annotations

from portal import Portal
from publish.assets import read_assets
from publish.views import ColumnView, SiteView, ZoneView


def see_site(portal: Portal) -> SiteView:
    """Show the configuration as pages need it, with the addresses of the style sheet and the script."""
    assets = read_assets()
    zones = tuple(
        ZoneView(
            key=zone.key,
            name=zone.name,
            note=zone.note,
            columns=tuple(
                ColumnView(
                    key=column.key,
                    slug=column.slug,
                    name=column.name,
                    zone=zone.key,
                    zone_name=zone.name,
                    description=column.description,
                    keywords=tuple(column.keywords),
                    type=column.type,
                    style=column.style,
                    period_days=column.period_days,
                )
                for column in zone.columns
            ),
        )
        for zone in portal.zones
    )
    return SiteView(
        identity=portal.identity,
        zones=zones,
        links=portal.links,
        css=assets["portal.css"].path,
        script=assets["large.js"].path,
        icon=assets["icon.svg"].path,
        page_size=portal.settings.page_size,
        front_rows=portal.settings.front_rows,
        search=portal.settings.search,
    )

"""From portal.yaml to what every page shows of the portal."""

from __future__ import annotations

from datetime import date

from frontage import Topic
from portal import Portal
from publish.assets import read_assets
from publish.views import AgencyView, ColumnView, SiteView, TopicView, ZoneView


def see_site(portal: Portal, agencies: tuple[AgencyView, ...] = (), day: date | None = None) -> SiteView:
    """Show the configuration as pages need it, with the addresses of the style sheet and the script.

    `day` says which topics' time it is; without it each one's is.
    """
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
                    topic=see_topic(column.topic, day) if column.topic else None,
                    links=column.links,
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
        agencies=agencies,
        guide=portal.guide,
        traditional=portal.settings.traditional,
    )


def see_topic(topic: Topic, day: date | None) -> TopicView:
    """Show a topic as it stands on a day."""
    state = "open"
    if day is not None and topic.starts is not None and day < topic.starts:
        state = "coming"
    elif day is not None and topic.ends is not None and day > topic.ends:
        state = "ended"
    return TopicView(topic.title, topic.lead, topic.unit, _tell_period(topic), state)


def _tell_period(topic: Topic) -> str:
    if topic.starts is None:
        return f"至 {topic.ends}" if topic.ends else ""
    return f"{topic.starts} 至 {topic.ends}" if topic.ends else f"{topic.starts} 起"

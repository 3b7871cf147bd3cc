"""From portal.yaml to what every page shows of the portal, and to what a publish takes from it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from publish.assets import read_assets
from publish.views import (
    AgencyView,
    ColumnView,
    GuideView,
    IdentityView,
    LinkGroupView,
    LinkView,
    SiteView,
    TopicView,
    ZoneView,
)

if TYPE_CHECKING:  # a publish whose configuration was seen before makes none of its models
    from frontage import Link, Topic
    from portal import Portal

_SHOWN = (ColumnView, GuideView, IdentityView, LinkGroupView, LinkView, SiteView, TopicView, ZoneView)
_KINDS: dict[str, Any] = {kind.__name__: kind for kind in _SHOWN}


@dataclass(frozen=True)
class Settled:
    """What a publish takes from portal.yaml: the site as it is shown on a day, the releases that are kept."""

    site: SiteView
    keep_releases: int


def settle(portal: Portal, day: date) -> Settled:
    """Take from portal.yaml what a publish on a day needs."""
    return Settled(see_site(portal, (), day), portal.settings.keep_releases)


def write_settled(settled: Settled, seal: str) -> str:
    """Write it as JSON, with the seal of what it was made from."""
    facts = {"seal": seal, "keep": settled.keep_releases, "site": settled.site}
    return json.dumps(facts, default=_name_kind, ensure_ascii=False)


def read_settled(text: str, seal: str) -> Settled | None:
    """Read what `write_settled` wrote; None where it was made from something else, or is not whole."""
    try:
        facts = json.loads(text, object_hook=_make_kind)
        if facts["seal"] == seal and isinstance(facts["site"], SiteView):
            return Settled(facts["site"], int(facts["keep"]))
    except (ValueError, KeyError, TypeError):
        pass  # half written or edited: made again from the files
    return None


def _name_kind(value: Any) -> dict[str, Any]:
    if type(value) not in _SHOWN:
        raise TypeError(value)
    return {"is": type(value).__name__, **{one.name: getattr(value, one.name) for one in fields(value)}}


def _make_kind(facts: dict[str, Any]) -> Any:
    """Make a view of its facts again: lists are tuples there."""
    kind = facts.pop("is", None)
    if kind is None:
        return facts
    return _KINDS[kind](**{k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()})


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
                    links=see_links(column.links),
                )
                for column in zone.columns
            ),
        )
        for zone in portal.zones
    )
    return SiteView(
        identity=IdentityView(**dict(portal.identity)),
        zones=zones,
        links=tuple(LinkGroupView(group.name, see_links(group.links)) for group in portal.links),
        css=assets["portal.css"].path,
        script=assets["large.js"].path,
        icon=assets["icon.svg"].path,
        page_size=portal.settings.page_size,
        front_rows=portal.settings.front_rows,
        search=portal.settings.search,
        agencies=agencies,
        guide=tuple(GuideView(section.title, tuple(section.text)) for section in portal.guide),
        traditional=portal.settings.traditional,
    )


def see_links(links: Iterable[Link]) -> tuple[LinkView, ...]:
    """Show links to other sites."""
    return tuple(LinkView(link.name, link.url, link.mutual) for link in links)


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

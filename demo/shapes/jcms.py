"""大汉 JCMS: the rows stand as XML in a script, further ones come from dataproxy.jsp by windows of rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from demo.content import Channel, Site
from demo.shapes.shape import Shape

SHAPE = Shape(
    name="jcms",
    first="/col/col{number}/index.html",
    more="/col/col{number}/index.html?uid=40{number}&pageNum={n}",
    article="/art/{y}/{m}/{d}/art_{number}_{id}.html",
    article_date="{y}-{m:02}-{d:02} {clock}",
    list_date="{y}-{m:02}-{d:02}",
    counting="one",
    first_id=80_000,
    files="/attach",
)

PROXY = "/module/web/jpage/dataproxy.jsp"
WINDOW_PAGES = 3


@dataclass(frozen=True)
class Window:
    """Which rows dataproxy.jsp was asked for: from `start` up to and with `end`, counted from 1."""

    channel: Channel
    start: int
    end: int


def find_window(site: Site, wanted: Mapping[str, str]) -> Window | None:
    """Read the parameters that the CMS knows: columnid with startrecord and endrecord, or with page."""
    number = wanted.get("columnid", "")
    channel = next((channel for channel in site.channels if str(channel.number) == number), None)
    if channel is None:
        return None
    size = WINDOW_PAGES * channel.per_page
    if "startrecord" in wanted:
        start, end = _whole(wanted["startrecord"], 1), _whole(wanted.get("endrecord", ""), size)
        return Window(channel, max(1, start), min(end, start + 3 * size - 1))
    group = _whole(wanted.get("page", ""), 0)
    return Window(channel, group * size + 1, (group + 1) * size)


def name_group(site: Site, channel: Channel, group: int) -> str:
    """Say where dataproxy.jsp has a group of rows, counted from 0, as the list's `<nextgroup>` links it."""
    number, name = channel.number, quote(site.site_name)
    unit = f"columnid={number}&unitid=40{number}&webname={name}&permissiontype=0"
    return f"{PROXY}?page={group}&webid=1&path=/&{unit}"


def _whole(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text) else otherwise

"""A news site with an RSS feed that holds the newest twenty; its articles are plain newspaper pages."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="feed",
    first="/rss/{slug}.xml",
    more="/rss/{slug}_{n}.xml",
    article="/n1/{y}/{m:02}{d:02}/c{number}-{id}.html",
    article_date="{y}年{m:02}月{d:02}日{clock}",
    list_date="{y}-{m:02}-{d:02} {clock}",
    counting="one",
    first_id=4_000_000,
    list_template="feed_list.xml",
    list_type="text/xml",
)

"""A platform of public documents in the manner of gkmlpt, rendered by the server, with 文号 and 成文日期."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="gkml",
    first="/gkmlpt/{slug}/index.html",
    more="/gkmlpt/{slug}/index_{n}.html",
    article="/gkmlpt/content/{number}/{id}/post_{id}.html",
    article_date="{y}年{m}月{d}日",
    list_date="{y}-{m:02}-{d:02}",
    counting="one",
    exact=False,
    first_id=400_000,
    files="/gkmlpt/attachment",
)

"""TRS WCM: `index_1.html` is the second page, a script counts the pages, the day stands in the address."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="trs",
    first="/{slug}/",
    more="/{slug}/index_{n}.html",
    article="/{slug}/{y}{m:02}/t{y}{m:02}{d:02}_{id}.html",
    article_date="{y}-{m:02}-{d:02} {clock}",
    list_date="{y}-{m:02}-{d:02}",
    files="/protect",
)

"""A site whose further pages count down from the newest: first `index_0000003N.shtml`, then `…2N`."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="down",
    first="/{slug}/index.shtml",
    more="/{slug}/index_{n:07}N.shtml",
    article="/{slug}/{y}{m:02}/{id}.shtml",
    article_date="{y}年{m:02}月{d:02}日 {clock}",
    list_date="{y}-{m:02}-{d:02}",
    counting="down",
    first_id=880_000,
    article_template="ucap_article.html",
)

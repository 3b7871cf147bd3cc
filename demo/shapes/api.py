"""A site whose lists come as JSON: rows with an id and milliseconds since 1970, the page in the query."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="api",
    first="/api/articles?channel={slug}&page=1",
    more="/api/articles?channel={slug}&page={n}",
    article="/{slug}/view/{id}.html",
    article_date="{y}-{m:02}-{d:02} {clock}",
    list_date="{y}-{m:02}-{d:02}",
    counting="one",
    first_id=610_000,
    list_template="api_list.json",
    article_template="plain_article.html",
    list_type="application/json; charset=utf-8",
)

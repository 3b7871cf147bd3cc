"""A modern template of no family: `<article>`, `<time>`, a next link; its sidebar changes with each item."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="plain",
    first="/{slug}/",
    more="/{slug}/?page={n}",
    article="/{slug}/{y}/{m:02}{d:02}/{id}.html",
    article_date="{y}-{m:02}-{d:02} {clock}",
    list_date="{y}.{m:02}.{d:02}",
    counting="one",
    first_id=50_000,
    files="/media",
)

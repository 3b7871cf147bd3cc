"""A home-made site whose parts say nothing by their names: ops give the selectors in sources.yaml."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="odd",
    first="/{slug}/index.php",
    more="/{slug}/index.php?p={n}",
    article="/{slug}/view-{id}.php",
    article_date="{y}/{m:02}/{d:02} {clock}",
    list_date="{y}年{m:02}月{d:02}日",
    counting="one",
    first_id=700,
)

"""PHP with paths for parameters: `/cid/92/pid/20/page/2`; the pager calls a script that joins the address."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="php",
    first="/content/lists/cid/{number}/pid/20",
    more="/content/lists/cid/{number}/pid/20/page/{n}",
    article="/content/show/cid/{number}/id/{id}",
    article_date="{y}-{m:02}-{d:02} {clock}",
    list_date="{y}-{m:02}-{d:02}",
    counting="one",
    first_id=4_400,
    files="/uploads",
)

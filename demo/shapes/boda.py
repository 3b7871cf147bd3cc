"""博达: the list clips its titles, further pages count down to 1, the text stands in `#vsb_content`."""

from __future__ import annotations

from demo.shapes.shape import Shape

CLIP = 16

SHAPE = Shape(
    name="boda",
    first="/{slug}.htm",
    more="/{slug}/{n}.htm",
    article="/info/{number}/{id}.htm",
    article_date="{y}-{m:02}-{d:02}",
    list_date="{y}/{m:02}/{d:02}",
    counting="down",
    exact=False,
    first_id=2_000,
)

"""开普 UCAP: the text stands in an element of its own, further pages are `list_2.shtml`."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="ucap",
    first="/{slug}/list.shtml",
    more="/{slug}/list_{n}.shtml",
    article="/{slug}/{y}{m:02}/{id}.shtml",
    article_date="{y}年{m:02}月{d:02}日 {clock}",
    list_date="{y}-{m:02}-{d:02}",
    counting="one",
    files="/uploadfiles",
)

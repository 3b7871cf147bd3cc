"""An old site laid out in tables: ASP addresses, declared gb2312 and really gb18030, no validators."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="table",
    first="/list.asp?classid={number}",
    more="/list.asp?classid={number}&page={n}",
    article="/show.asp?classid={number}&id={id}",
    article_date="{y}年{m}月{d}日",
    list_date="{y}-{m}-{d}",
    counting="one",
    charset="gb18030",
    exact=False,
    validators=False,
    first_id=3_000,
    files="/upfile",
)

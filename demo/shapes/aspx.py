"""ASP.NET: the whole page is one form with a view state, and its pager's links have the page in the query."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="aspx",
    first="/list.aspx?cid={number}",
    more="/list.aspx?cid={number}&page={n}",
    article="/show.aspx?cid={number}&id={id}",
    article_date="{y}/{m}/{d} {clock}",
    list_date="{y}/{m}/{d}",
    counting="one",
    first_id=9_100,
    files="/UploadFiles",
)

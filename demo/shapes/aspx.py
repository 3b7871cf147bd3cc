"""ASP.NET: the whole page is one form with a view state, which its pager sends back (`__doPostBack`)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping

from demo.shapes.shape import Shape

PAGER = "ctl00$AspNetPager1"

SHAPE = Shape(
    name="aspx",
    first="/list.aspx?cid={number}",
    more="/list.aspx?cid={number}#{n}",
    article="/show.aspx?cid={number}&id={id}",
    article_date="{y}/{m}/{d} {clock}",
    list_date="{y}/{m}/{d}",
    counting="one",
    first_id=9_100,
    files="/UploadFiles",
)


def write_state(number: int, page: int) -> str:
    """Write the view state of a page of a list: what comes back must have been given out."""
    return b64encode(f"list {number} page {page} sample".encode()).decode()


def find_turn(number: int, form: Mapping[str, str], pages: int) -> int | None:
    """Say which page a form asks for; None for one that no page of this list has given out."""
    given = {write_state(number, page) for page in range(1, pages + 1)}
    argument = form.get("__EVENTARGUMENT", "")
    named = form.get("__EVENTTARGET") == PAGER and re.fullmatch(r"\d{1,5}", argument)
    if not named or form.get("__VIEWSTATE") not in given or not form.get("__EVENTVALIDATION"):
        return None
    return int(argument) if 1 <= int(argument) <= pages else None

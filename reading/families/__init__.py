"""CMS families: one declaration each, known by its marks, with the containers where it keeps an article.

To add one: a file beside this one with a `FAMILY`, its name in `FAMILIES`, and pages of its shape in
`tests/pages/articles/` and `tests/pages/lists/`. A family's rule speaks of the CMS, never of one site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pager:
    """What a list's script says of its pages: the next one's address (None on the last), how many, rows."""

    next: str | None
    pages: int
    rows: int | None = None


@dataclass(frozen=True)
class Family:
    """What one CMS leaves in its pages.

    `marks`: words of the markup, any of which tells the family; `address`: how it names its pages.
    `containers`: XPath of the article's body, the surest first.
    `fields`: XPath of a part's words (article_title, credit, published) where the CMS has a place for it.
    `lists`: marks of its list pages; `request` says where the rows of a list come from that a script fills
    (of the page's text and address), `pager` reads the script that turns its pages (of scripts and address).
    `version`: raised when the declaration changes, so that what was learned of it is dropped.
    """

    name: str
    marks: tuple[str, ...]
    containers: tuple[str, ...]
    address: re.Pattern[str] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    lists: re.Pattern[str] | None = None
    request: Callable[[str, str], str | None] | None = None
    pager: Callable[[str, str], Pager | None] | None = None
    version: int = 1

"""CMS families: one declaration each, known by its marks, with the containers where it keeps an article.

To add one: a file beside this one with a `FAMILY`, its name in `FAMILIES`, and a page of its shape in
`tests/pages/articles/`. A family's rule speaks of the CMS, never of one site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """What one CMS leaves in its pages.

    `marks`: patterns in the markup, one of which tells the family; `containers`: XPath of the article's
    body, the surest first; `version`: raised when the declaration changes, so that what was learned is dropped.
    """

    name: str
    marks: re.Pattern[str]
    containers: tuple[str, ...]
    version: int = 1

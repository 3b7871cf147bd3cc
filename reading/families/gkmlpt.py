"""广东 gkmlpt: the disclosure platform, a table of fields above `.article-content`."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="gkmlpt",
    marks=("/gkmlpt/",),
    address=re.compile(r"/gkmlpt/"),
    containers=("//*[contains(@class, 'article-content')]",),
)

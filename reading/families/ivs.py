"""上海 ivs: `#ivs_content`."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="ivs",
    marks=re.compile(r"""ivs_content|ivs_title|trout-region"""),
    containers=("//*[@id='ivs_content']",),
)

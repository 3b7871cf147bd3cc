"""上海 ivs: the text in `#ivs_content`."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="ivs",
    marks=("ivs_content",),
    containers=("//*[@id='ivs_content']",),
    lists=re.compile(r"""["']ivs_"""),
)

"""上海 ivs: the text in `#ivs_content`, its day, often in brackets, in `#ivs_date`."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="ivs",
    marks=("ivs_content",),
    containers=("//*[@id='ivs_content']",),
    fields={"published": "//*[@id='ivs_date']"},
    lists=re.compile(r"""["']ivs_"""),
    version=2,
)

"""开普 UCAP: the text in `<UCAPCONTENT>` or `#UCAP-CONTENT`."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="ucap",
    marks=re.compile(r"""(?i)<ucapcontent|UCAP-CONTENT|/ucap|post_\d+\.html"""),
    containers=(
        "//ucapcontent",
        "//*[@id='UCAP-CONTENT']",
        "//*[@id='zoomcon']",
    ),
)

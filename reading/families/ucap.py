"""开普 UCAP: the text in `<UCAPCONTENT>`, `#UCAP-CONTENT` or `#zoomcon`."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="ucap",
    marks=(
        "<UCAPCONTENT",
        "<ucapcontent",
        "UCAP-CONTENT",
        'id="zoomcon"',
    ),
    address=re.compile(r"/post_\d+\.html$"),
    containers=(
        "//ucapcontent",
        "//*[@id='UCAP-CONTENT']",
        "//*[@id='zoomcon']",
    ),
    lists=re.compile(r"UCAPCONTENT|UCAP-CONTENT", re.I),
)

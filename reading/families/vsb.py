"""博达 VSB: `#vsb_content`, pages named info/1001/1234.htm."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="vsb",
    marks=(
        "vsb_content",
        "v_news_content",
        "/system/resource/js/",
        "_newscontent_fromname",
    ),
    address=re.compile(r"/info/\d+/\d+\.htm$"),
    containers=(
        "//*[starts-with(@id, 'vsb_content')]",
        "//*[@class='v_news_content']",
    ),
    lists=re.compile(r"\binfo/\d{3,5}/\d+\.htm|_vsl/|vsbcontent", re.I),
)

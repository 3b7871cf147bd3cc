"""博达 VSB: `#vsb_content`, pages named info/1001/1234.htm."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="vsb",
    marks=re.compile(r"""vsb_content|v_news_content|/system/resource/|_vsl"""),
    containers=(
        "//*[starts-with(@id, 'vsb_content')]",
        "//*[@class='v_news_content']",
    ),
)

"""大汉 JCMS: `#zoom`, pages named /art/2026/3/27/art_123_456.html, marks of the editor in comments."""

from __future__ import annotations

import re

from reading.families import Family

FAMILY = Family(
    name="jcms",
    marks=re.compile(
        r"""/art/20\d\d/\d{1,2}/\d{1,2}/art_\d+_\d+\.html|<!--ZJEG_RSS|<meta name="ContentStart"|"""
        r"/module/(?:web|download|jslib)/"
    ),
    containers=("//*[@id='zoom']",),
)

"""大汉 JCMS: `#zoom`, pages named /art/2026/3/27/art_123_456.html, marks of its editor in comments."""

from __future__ import annotations

import re

from reading.families import Family
from reading.jpage import find_request

FAMILY = Family(
    name="jcms",
    marks=(
        "<!--ZJEG_RSS",
        'name="ContentStart"',
        "/module/download/",
        "/module/web/",
        "/module/jslib/",
    ),
    address=re.compile(r"/art/20\d\d/\d{1,2}/\d{1,2}/art_\w+\.html$"),
    containers=("//*[@id='zoom']",),
    lists=re.compile(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_|<datastore|/module/web/jpage/"),
    request=find_request,
)

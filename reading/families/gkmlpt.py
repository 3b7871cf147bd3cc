"""广东 gkmlpt: the disclosure platform, a table of fields above `.article-content`.

Its list `/gkmlpt/index#3155` is a shell: `window._CONFIG` holds the site's number (`SID: '200025'`), the
fragment is the column, and the rows come from `/gkmlpt/api/all/3155?page=1&sid=200025` (0 stands for all
columns) as `articles` with `title`, `url`, `display_publish_time` and, beside them, `classify.post_count`. So
public crawlers of the sites of 广东省, 深圳, 广州, 肇庆 and 阳江 read it, with a folder before it or without.
"""

from __future__ import annotations

import re

from reading.families import Family

_SHELL = re.compile(r"(https?://[^?#]*?/gkmlpt/)(?!content/|api/)[^?#]*(?:\?[^#]*)?(?:#(\d{1,9})?)?")
_SITE = re.compile(r"""\bSID["']?\s*:\s*["']?(\d{1,12})\b""")


def find_rows(text: str, url: str) -> str | None:
    """Say where the rows of a list's shell come from; None for a page that is none."""
    shell, site = _SHELL.match(url), _SITE.search(text)
    if shell is None or site is None:
        return None
    return f"{shell[1]}api/all/{shell[2] or 0}?page=1&sid={site[1]}"


FAMILY = Family(
    name="gkmlpt",
    marks=("/gkmlpt/",),
    address=re.compile(r"/gkmlpt/"),
    containers=("//*[contains(@class, 'article-content')]",),
    lists=re.compile(r"/gkmlpt/"),
    request=find_rows,
    version=2,
)

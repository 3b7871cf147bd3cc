"""TRS WCM and 海云: text under `TRS_Editor`, pages named t20260327_1404395.html.

Its lists count from 0: `createPageHTML(pages, current, "index", "html")`. With an element first and the
number of rows last it counts from 1; either way the page after `current` is `index_{current + 1}`. Older
ones write the pager themselves, from `countPage` and `currentPage`.
"""

from __future__ import annotations

import re

from reading.address import join
from reading.families import Family, Pager

_CALLED = re.compile(
    r"""createPage\w*\(\s*(?:(?P<box>["'][^"']*["'])\s*,\s*)?(?P<pages>\d+)\s*,\s*(?P<now>\d+)\s*,\s*"""
    r"""["'](?P<name>[\w./-]+)["']\s*,\s*["']\.?(?P<ext>\w+)["'](?:\s*,\s*["']?(?P<rows>\d+))?"""
)
_COUNTED = re.compile(r"""countPage\s*=\s*["']?(\d+)""")
_CURRENT = re.compile(r"""currentPage\s*=\s*["']?(\d+)""")
_WRITTEN = re.compile(
    r"""["'=]([\w./-]+?)["']?\s*(?:\+\s*["'])?_["']\s*\+\s*\(?\s*(?:nextPage|currentPage\s*\+\s*1)\s*\)?\s*\+\s*["']\.["']?\s*\+?\s*["']?(s?html?|jsp|aspx?|php)""",
    re.I,
)


def read_pager(scripts: str, url: str) -> Pager | None:
    """Read the pager that a list's script calls or writes; None where there is none."""
    if found := _CALLED.search(scripts):
        now, pages = int(found["now"]), int(found["pages"])
        more = now + 1 <= pages - (0 if found["box"] else 1)
        following = join(url, f"{found['name']}_{now + 1}.{found['ext']}") if more else None
        return Pager(following, pages, int(found["rows"]) if found["box"] and found["rows"] else None)
    counted, written, current = _COUNTED.search(scripts), _WRITTEN.search(scripts), _CURRENT.search(scripts)
    now = int(current[1]) if current else 0
    if not counted or not written or now + 1 >= int(counted[1]):
        return None
    return Pager(join(url, f"{written[1].rstrip('_')}_{now + 1}.{written[2]}"), int(counted[1]))


FAMILY = Family(
    name="trs",
    marks=(
        "TRS_Editor",
        "TRS_UEDITOR",
        "trs_editor_view",
        "trs_paper_default",
    ),
    address=re.compile(r"/t20\d{6}_\d+(?:_\d+)?\.s?html?$"),
    containers=(
        "//*[contains(@class, 'TRS_Editor')]",
        "//*[contains(@class, 'trs_editor_view')]",
        "//*[contains(@class, 'TRS_UEDITOR')]",
    ),
    lists=re.compile(r"/t(?:19|20)\d{6}_\d+\.s?html?|createPageHTML\(\s*\d"),
    pager=read_pager,
    version=2,
)

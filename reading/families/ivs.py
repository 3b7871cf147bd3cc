"""上海 ivs: the text in `#ivs_content`."""

from __future__ import annotations

from reading.families import Family

FAMILY = Family(
    name="ivs",
    marks=("ivs_content",),
    containers=("//*[@id='ivs_content']",),
)

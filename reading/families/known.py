"""The families in the order in which they are asked, the surest marks first."""

from __future__ import annotations

from reading.families import Family, gkmlpt, ivs, jcms, trs, ucap, vsb, weixin

FAMILIES: tuple[Family, ...] = (
    weixin.FAMILY,
    gkmlpt.FAMILY,
    ucap.FAMILY,
    vsb.FAMILY,
    ivs.FAMILY,
    trs.FAMILY,
    jcms.FAMILY,
)


def find_family(markup: str) -> Family | None:
    """Tell the CMS that made a page, by its marks in the markup."""
    return next((family for family in FAMILIES if family.marks.search(markup)), None)

"""The families in the order in which they are asked, the surest marks first."""

from __future__ import annotations

from reading.families import Family, Pager, gkmlpt, ivs, jcms, trs, ucap, vsb, weixin

FAMILIES: tuple[Family, ...] = (
    weixin.FAMILY,
    gkmlpt.FAMILY,
    ucap.FAMILY,
    vsb.FAMILY,
    ivs.FAMILY,
    trs.FAMILY,
    jcms.FAMILY,
)


def find_family(markup: str, url: str) -> Family | None:
    """Tell the CMS that made a page: by its marks in the markup, else by how it names its pages."""
    for family in FAMILIES:
        if any(mark in markup for mark in family.marks):
            return family
    return next((family for family in FAMILIES if family.address and family.address.search(url)), None)


def family_named(name: str | None) -> Family | None:
    """Give the declaration of a CMS by its name."""
    return next((family for family in FAMILIES if family.name == name), None)


def find_list_family(text: str) -> Family | None:
    """Tell the CMS that made a list page by the marks of its lists."""
    return next((one for one in reversed(FAMILIES) if one.lists and one.lists.search(text)), None)


def find_rows_request(text: str, url: str) -> str | None:
    """Say where the rows of a list's shell come from, where its family knows it."""
    asked = (one.request(text, url) for one in FAMILIES if one.request is not None)
    return next((address for address in asked if address), None)


def read_pager(scripts: str, url: str) -> Pager | None:
    """Read the pager of a list as its family's script has it."""
    read = (one.pager(scripts, url) for one in FAMILIES if one.pager is not None)
    return next((pager for pager in read if pager is not None), None)

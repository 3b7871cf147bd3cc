"""The CMS shapes of the sample's sites, one module each."""

from __future__ import annotations

from demo.shapes import api, aspx, boda, down, feed, gkml, jcms, odd, php, plain, sitemap, table, trs, ucap
from demo.shapes.shape import Shape


def find_shape(name: str) -> Shape:
    """Find a shape by its name; raises KeyError."""
    return {
        "trs": trs.SHAPE,
        "jcms": jcms.SHAPE,
        "ucap": ucap.SHAPE,
        "boda": boda.SHAPE,
        "table": table.SHAPE,
        "plain": plain.SHAPE,
        "gkml": gkml.SHAPE,
        "odd": odd.SHAPE,
        "feed": feed.SHAPE,
        "api": api.SHAPE,
        "sitemap": sitemap.SHAPE,
        "down": down.SHAPE,
        "aspx": aspx.SHAPE,
        "php": php.SHAPE,
    }[name]

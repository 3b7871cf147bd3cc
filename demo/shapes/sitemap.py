"""A site without a list that can be read: an index of sitemaps, some of them packed, names its articles."""

from __future__ import annotations

from demo.shapes.shape import Shape

SHAPE = Shape(
    name="sitemap",
    first="/sitemap_{slug}.xml",
    more="/sitemaps/{slug}_{n}.xml",
    article="/{slug}/{y}/{m:02}{d:02}/{id}.html",
    article_date="{y}-{m:02}-{d:02} {clock}",
    list_date="{y}-{m:02}-{d:02}",
    counting="one",
    first_id=72_000,
    article_template="plain_article.html",
    list_type="application/xml",
)


def name_part(slug: str, number: int) -> str:
    """Say where one sitemap of the index is."""
    return f"/sitemaps/{slug}_{number}.xml{'.gz' if number % 2 == 0 else ''}"

"""What sources.yaml says of a source, in the words of the readers."""

from __future__ import annotations

from urllib.parse import urljoin

from reading.page import Hints, JsonPaths, Paging
from sources import Source


def make_hints(source: Source, site_name: str | None) -> Hints:
    """Make the hints for a source's pages.

    A sitemap's rows stand under the folder of the source's address, unless it says otherwise; the sitemaps of
    an index may stand elsewhere.
    """
    return Hints(
        selectors=source.selectors,
        site_name=site_name,
        kind=source.kind,
        paths=JsonPaths(**source.paths.model_dump()),
        paging=Paging(**source.paging.model_dump()) if source.paging is not None else None,
        under=source.under or (urljoin(source.address, "."),),
    )

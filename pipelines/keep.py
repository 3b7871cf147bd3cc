"""The files of a page, kept by hash: durable on disk before any row names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelines.kinds import IMAGES, TYPES, sniff_extension
from pipelines.messages import FetchedFile, PageRead
from pipelines.normalize import KeptFile
from pipelines.pictures import measure_picture
from store.drafts import Drafts, keep_bytes
from store.files import StoredFile


def keep_page(drafts: Drafts, page: PageRead) -> StoredFile:
    """Keep the bytes of a page as they came, once the drafts are settled."""
    digest = drafts.keep("page", page.raw)
    return StoredFile(digest, "page", page.content_type or "text/html", ".html", len(page.raw))


def keep_files(home: Path, drafts: Drafts, page: PageRead) -> dict[str, KeptFile]:
    """Keep what was fetched for a page, by address; what must not be kept carries its fault.

    Images are in their places once the drafts are settled, attachments at once, since the screen reads them.
    """
    names = {one.url: one.name for one in page.reading.attachments}
    images = {one.url for one in page.reading.images} - names.keys()
    return {one.url: _keep(home, one, names, drafts if one.url in images else None) for one in page.files}


def keep_attachment(home: Path, name: str, raw: bytes) -> KeptFile:
    """Keep a document that somebody handed in; its kind is told by its content."""
    return _keep(home, FetchedFile(name, raw), {name: name}, None)


def _keep(home: Path, fetched: FetchedFile, names: Mapping[str, str], drafts: Drafts | None) -> KeptFile:
    """Keep one file; with `drafts` it must be an image, and goes there."""
    image = drafts is not None
    name = names.get(fetched.url, "")
    if fetched.raw is None:
        return KeptFile(fetched.url, name, None, fetched.fault or "没有取得")
    extension = sniff_extension(fetched.raw, fetched.url)
    if extension is None or (image and extension not in IMAGES):
        return KeptFile(fetched.url, name, None, "内容不是可发布的文件类型")
    kind = "image" if image else "attachment"
    raw = fetched.raw
    width, height = (measure_picture(raw) if image else None) or (None, None)
    digest = drafts.keep(kind, raw) if drafts is not None else keep_bytes(home, kind, raw)
    file = StoredFile(
        hash=digest,
        kind=kind,
        sniffed_type=TYPES.get(extension, "application/octet-stream"),
        extension=extension,
        bytes=len(fetched.raw),
        width=width,
        height=height,
    )
    return KeptFile(fetched.url, name, file)

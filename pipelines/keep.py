"""The files of a page, kept by hash: durable on disk before any row names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelines.kinds import IMAGES, TYPES, sniff_extension
from pipelines.messages import FetchedFile, PageRead
from pipelines.normalize import KeptFile
from store.files import StoredFile, hash_bytes, keep_bytes


def keep_page(home: Path, page: PageRead) -> StoredFile:
    """Keep the bytes of a page as they came."""
    digest = keep_bytes(home, "page", page.raw)
    return StoredFile(digest, "page", page.content_type or "text/html", ".html", len(page.raw))


def keep_files(home: Path, page: PageRead) -> dict[str, KeptFile]:
    """Keep what was fetched for a page, by address; what must not be kept carries its fault."""
    names = {one.url: one.name for one in page.reading.attachments}
    images = {one.url for one in page.reading.images} - names.keys()
    return {one.url: _keep(home, one, names, one.url in images) for one in page.files}


def keep_attachment(home: Path, name: str, raw: bytes) -> KeptFile:
    """Keep a document that somebody handed in; its kind is told by its content."""
    return _keep(home, FetchedFile(name, raw), {name: name}, image=False)


def _keep(home: Path, fetched: FetchedFile, names: Mapping[str, str], image: bool) -> KeptFile:
    name = names.get(fetched.url, "")
    if fetched.raw is None:
        return KeptFile(fetched.url, name, None, fetched.fault or "没有取得")
    extension = sniff_extension(fetched.raw, fetched.url)
    if extension is None or (image and extension not in IMAGES):
        return KeptFile(fetched.url, name, None, "内容不是可发布的文件类型")
    kind = "image" if image else "attachment"
    keep_bytes(home, kind, fetched.raw)
    file = StoredFile(
        hash=hash_bytes(fetched.raw),
        kind=kind,
        sniffed_type=TYPES.get(extension, "application/octet-stream"),
        extension=extension,
        bytes=len(fetched.raw),
    )
    return KeptFile(fetched.url, name, file)

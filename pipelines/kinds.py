"""What a fetched file really is, by its content; only kinds that a portal may carry are kept."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import filetype

# The containers that content can show, and the endings that belong to each: the first is the container's own.
_CONTAINERS: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "application/zip": (".zip", ".docx", ".xlsx", ".pptx", ".ofd", ".wps", ".et"),
    "application/x-ole-storage": (".doc", ".xls", ".ppt", ".wps", ".et", ".dps"),
    "application/x-rar-compressed": (".rar",),
    "application/x-7z-compressed": (".7z",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "text/plain": (".txt", ".csv"),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
IMAGES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp"})
TYPES = {
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".ofd": "application/ofd",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".rar": "application/vnd.rar",
    ".7z": "application/x-7z-compressed",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".txt": "text/plain",
    ".csv": "text/csv",
}


def sniff_extension(raw: bytes, url: str) -> str | None:
    """Give the ending that the content deserves, `.pdf` say, or None for what is not kept (pages, programs).

    The address decides only between kinds that share a container: a .docx is a zip file.
    """
    container = _sniff_container(raw)
    if container is None:
        return None
    named = PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()
    known = _CONTAINERS[container]
    ending = named if named in known else known[0]
    return ".jpg" if ending == ".jpeg" else ending


def _sniff_container(raw: bytes) -> str | None:
    if raw.startswith(_OLE):
        return "application/x-ole-storage"
    head = raw[:4096]
    if head.lstrip()[:16].lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<svg", b"<head")):
        return None  # most of what is asked about is a page: a hundred kinds need not be tried
    kind = filetype.guess(raw)
    if kind is not None:
        if kind.mime in _CONTAINERS:
            return str(kind.mime)
        return "application/zip" if raw.startswith(b"PK\x03\x04") else None
    return None if not head or b"\0" in head else "text/plain"

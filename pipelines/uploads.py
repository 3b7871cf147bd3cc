"""Files that somebody uploads: told by their content, named so that no name can harm or deceive."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from errors import UserFault
from pipelines.keep import keep_attachment
from pipelines.normalize import clean_line
from store.files import StoredFile

LARGEST = 20 << 20  # bytes of one upload
MOST = 20  # files of one upload
_UNFIT = re.compile(r'[\\/:*?"<>|]+')
_NAME = 100  # characters of a name, without its ending


def keep_uploads(home: Path, given: Iterable[tuple[str, bytes]]) -> list[tuple[str, StoredFile]]:
    """Keep uploaded documents by what they are; raises UserFault, in an editor's words, for what is none."""
    kept: list[tuple[str, StoredFile]] = []
    for name, raw in given:
        if len(kept) >= MOST:
            raise UserFault(f"一次最多 {MOST} 个附件")
        if len(raw) > LARGEST:
            raise UserFault(f"“{clean_name(name, '')}”超过 {LARGEST >> 20} MB")
        file = keep_attachment(home, name, raw).file
        if file is None:
            raise UserFault(f"“{clean_name(name, '')}”的内容不是可以发布的文件类型")
        kept.append((clean_name(name, file.extension), file))
    return kept


def clean_name(name: str, extension: str) -> str:
    """Give a file's name without folders and signs that hide or harm, with the ending of what it is."""
    last = re.split(r"[\\/]", name)[-1]
    words = (clean_line(_UNFIT.sub("", last)) or "").strip(". ")
    stem, dot, ending = words.rpartition(".")
    known = dot and re.fullmatch("[A-Za-z0-9]{1,5}", ending)
    return f"{(stem if known else words)[:_NAME].strip() or '附件'}{extension}"

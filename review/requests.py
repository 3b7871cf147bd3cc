"""What the desk's pages send: which revision was seen, a number, a reason, files; each read in one way."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, request
from werkzeug.exceptions import RequestEntityTooLarge

from pipelines.uploads import LARGEST, keep_uploads
from review.deciding import Seen, read_seen
from review.protection import is_own_path
from review.setting import setting
from store.files import StoredFile
from store.foreign import keep_words

# Fields of a form that nobody typed, or nobody else is to read.
_NO_WORDS = frozenset(
    {"csrf_token", "which", "back", "go", "action", "column", "old", "new", "again", "password"}
)


def read_one(item: int, number: int) -> Seen:
    """Give what somebody saw of the revision in the address; without a word on it, a version that never was.

    Raises UserFault for what no page of the desk sends.
    """
    return next(iter(read_seen(request.form.getlist("which"))), Seen(item, number, -1))


def read_number(name: str) -> int:
    """Give the number of a row that a button names; 400 for anything else."""
    text = request.form.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        abort(400)
    return int(text)


def read_reason(most: int = 500) -> str:
    """Give the reason as the store keeps it, in at most so many characters; "" without one."""
    return keep_words(request.form.get("reason", "")).strip()[:most]


def read_uploads() -> list[tuple[str, StoredFile]]:
    """Keep the files that were sent, by name; raises UserFault for what cannot be published."""
    sent = [one for one in request.files.getlist("files") if one.filename]
    return keep_uploads(
        setting().database.home, ((one.filename or "", one.stream.read(LARGEST + 1)) for one in sent)
    )


def read_origin() -> str:
    """Give the page of the desk that a form stood on, the first one where the browser does not say."""
    parts = urlsplit(request.referrer or "")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if parts.netloc == request.host and is_own_path(path) else "/"


def read_typed() -> list[str]:
    """Give the words that a form of the desk's own sent in vain, so that nobody writes them twice.

    Another site could otherwise have the desk say what it likes.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    try:
        sent = [value.strip() for name, value in request.form.items() if name not in _NO_WORDS]
    except RequestEntityTooLarge:  # files went along, and nobody unknown may send those
        return []
    return [value for value in sent if value]

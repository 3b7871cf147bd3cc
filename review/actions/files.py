"""Kept attachments and images for who may look, and the desk's own style sheet and script for everybody."""

from __future__ import annotations

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from publish.body import is_own_file, read_file_hash
from review.assets import read_served
from review.permissions import LOOK, PUBLIC, allow
from review.protection import FILE
from review.setting import setting
from store.files import find_file, read_bytes

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@allow(*LOOK)
def kept_file(prefix: str, name: str) -> ResponseReturnValue:
    """Give a kept attachment or image under the address that it will have on the portal."""
    here, path = setting(), request.path
    if not is_own_file(path):
        abort(404)
    with here.database.read() as connection:
        file = find_file(connection, read_file_hash(path))
    if file is None or file.kind == "page" or file.path != path:
        abort(404)
    raw = read_bytes(here.home, file.kind, file.hash)
    response = Response(
        raw, mimetype=file.sniffed_type if file.kind == "image" else "application/octet-stream"
    )
    response.headers["Content-Security-Policy"] = FILE
    if file.kind != "image":
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@allow(PUBLIC)
def static_file(name: str) -> ResponseReturnValue:
    """Give the desk's own files; their names carry their hash, so they may be kept."""
    raw = read_served().get(request.path)
    if raw is None:
        abort(404)
    ending = request.path[request.path.rfind(".") :]
    response = Response(raw, mimetype=_TYPES.get(ending, "application/octet-stream"))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response

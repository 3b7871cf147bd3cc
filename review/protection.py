"""What every answer carries so that nothing of an item runs, leaks or is framed."""

from __future__ import annotations

from flask import Flask, Response, request

from review.setting import setting

PAGE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Same origin, so that the style sheet may come from the desk; without scripts nothing can use it.
PREVIEW = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
SOURCE = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
FILE = "default-src 'none'; sandbox; frame-ancestors 'self'"


def protect(app: Flask) -> None:
    """Put the headers on every answer, errors included."""

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", PAGE)
        headers.setdefault("Cache-Control", "no-store")
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["X-DNS-Prefetch-Control"] = "off"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
            headers["X-Frame-Options"] = "DENY"
        if setting().https and request.is_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def is_own_path(path: str) -> bool:
    """Say whether a path leads to a page of this desk, and nowhere else however a browser reads it."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return plain and all(" " <= char <= "~" for char in path)

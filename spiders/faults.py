"""Why a fetch gave no page: one short word for the count, and the words for the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from OpenSSL.SSL import Error as TLSError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed

Kind = Literal[
    "guarded", "robots", "barred", "retry-after", "given-up", "budget", "http", "page",
    "dns", "refused", "tls", "time-out", "lost", "too-large", "redirects",
]  # fmt: skip

BLOCKED: frozenset[Kind] = frozenset({"guarded", "robots", "barred", "retry-after"})
UNREACHABLE: frozenset[Kind] = frozenset({"dns", "refused", "tls", "time-out", "lost", "given-up"})


@dataclass(frozen=True)
class Fault:
    """One failed fetch: its kind, and a sentence for the person who reads the evidence."""

    kind: Kind
    words: str


class Refusal(IgnoreRequest):
    """A request that our own rules ended (guard, robots, politeness); never tried again in this run."""

    def __init__(self, kind: Kind, words: str) -> None:
        super().__init__(words)
        self.fault = Fault(kind, words)


# Everything that a download is known to raise; whatever else comes is a bug of ours and stops the run.
FETCH_ERRORS: tuple[type[Exception], ...] = (
    IgnoreRequest,
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    ConnectError,
    ConnectionClosed,
    TLSError,
    VerificationError,
    OSError,
    ValueError,
)

_KINDS: tuple[tuple[type[Exception], Kind], ...] = (
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadTimeoutError, "time-out"),
    (DownloadCancelledError, "too-large"),
    (TLSError, "tls"),
    (VerificationError, "tls"),
)
_TLS_MARKS = ("SSL", "certificate", "TLS", "VerificationError")


def name_fault(error: Exception) -> Fault:
    """Name an error of a fetch; `error` is one of FETCH_ERRORS."""
    if isinstance(error, Refusal):
        return error.fault
    words = " ".join(str(error).split())[:300] or type(error).__name__
    if isinstance(error, IgnoreRequest):
        return Fault(_name_ignored(words), words)
    for kind_of_error, kind in _KINDS:
        if isinstance(error, kind_of_error):
            return Fault(kind, words)
    if any(mark in words for mark in _TLS_MARKS):
        return Fault("tls", words)
    return Fault("lost", words)


def _name_ignored(words: str) -> Kind:
    return "redirects" if "redirections" in words else "too-large"

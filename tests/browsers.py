"""Debian's Chromium, for tests that look at pages as people do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., Any])
CHROMIUM = shutil.which("chromium")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.skipif(find_spec("playwright") is None, reason="needs playwright (extra dev)"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@contextmanager
def open_browser() -> Iterator[Any]:
    """Open a browser while the block runs; each context of it is a person of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield opened
        opened.close()


def in_browser(test: Test) -> Test:
    """Mark one test of a file whose others need no browser."""
    for mark in MARKS:
        test = mark(test)
    return test

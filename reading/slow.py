"""The slow way, for pages whose structure says nothing: trafilatura's text, in our own clean markup."""

from __future__ import annotations

from html import escape

from reading.clean import clean_text


def read_slowly(markup: str) -> tuple[str, str]:
    """Read the text as lines and as paragraphs; both are empty when trafilatura finds none either.

    It is imported with the first such page: most runs have none.
    """
    from trafilatura import bare_extraction

    found = bare_extraction(markup, fast=True, with_metadata=False, include_comments=False)
    text = getattr(found, "text", None) or ""
    lines = [line for line in map(clean_text, text.splitlines()) if line]
    return "\n".join(lines), "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)

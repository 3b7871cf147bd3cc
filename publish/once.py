"""A tag for templates: `{% once KEY, ... %}…{% endonce %}` is rendered once for the same keys in one process.

The frame of a page is the same on thousands of pages; rendering it anew on each costs more than the article.
The keys must say everything that the part depends on; the seal of the site stands for all of its settings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

ROOM = 512  # parts that are kept; a portal has a few a column


class Once(Extension):
    """The extension behind the tag."""

    tags = {"once"}  # noqa: RUF012 - the name and kind that Jinja2 asks for

    def parse(self, parser: Parser) -> nodes.Node:
        """Read the tag: its keys, then its part, which is named by where it stands."""
        line = next(parser.stream).lineno
        keys = parser.parse_tuple(with_condexpr=True)
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        place = nodes.Const(f"{parser.name}:{line}")
        call = self.call_method("_keep", [place, keys])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _keep(self, place: str, keys: Any, caller: Callable[[], str]) -> Markup:
        kept: dict[Any, Markup] = self.environment.__dict__.setdefault("once", {})
        found = kept.get((place, keys))
        if found is None:
            if len(kept) >= ROOM:
                kept.clear()
            found = kept[place, keys] = Markup(caller())  # what Jinja2 has escaped already
        return found

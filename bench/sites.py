"""The bench's sites: one address of the loopback network each, lists of twenty rows, articles, robots.txt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from typing import Any

from bench.ballast import make_ballast
from bench.templates import Template, known_template, unknown_template
from bench.texts import Story, write_story

PER_PAGE = 20


@dataclass(frozen=True)
class World:
    """How many sites, how many articles each has on a day, and of which kind: known or unknown."""

    kind: str
    sites: int
    articles: int
    day: date
    port: int = 0

    def host(self, site: int) -> str:
        """The address of a site."""
        return f"127.0.{1 + site // 200}.{1 + site % 200}"

    def address(self, site: int, path: str) -> str:
        """The address of a page."""
        return f"http://{self.host(site)}:{self.port}{path}"

    def template(self, site: int) -> Template:
        """The frame of a site."""
        return _template(self.kind, site)

    def story(self, site: int, number: int) -> Story:
        """What an article says."""
        return write_story(site, number, self.day)

    def article_address(self, site: int, number: int) -> str:
        """Where an article stands."""
        return self.address(site, self.template(site).path(number, self.story(site, number)))

    def describe_for_peer(self) -> list[dict[str, Any]]:
        """Say where the rows and the next pages are, as the plain peer wants to be told."""
        return [
            {
                "list": self.address(site, "/list/"),
                "rows": f"li.{self.template(site).row} a",
                "next": f"a.{self.template(site).more}",
            }
            for site in range(self.sites)
        ]

    def to_json(self) -> str:
        """Write it down for the server's process."""
        return json.dumps([self.kind, self.sites, self.articles, self.day.isoformat()])

    @classmethod
    def from_json(cls, told: str) -> World:
        """Read what `to_json` wrote."""
        kind, sites, articles, day = json.loads(told)
        return cls(kind, sites, articles, date.fromisoformat(day))


@cache
def _template(kind: str, site: int) -> Template:
    return known_template(site) if kind == "known" else unknown_template(site)


class Pages:
    """Draws the pages of a world; `answer` is what a site says to a path, None for a 404."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers: dict[int, dict[str, int]] = {}

    def answer(self, site: int, path: str) -> bytes | None:
        """Answer one request."""
        if path == "/robots.txt":
            return b"User-agent: *\nDisallow: /admin/\n"
        if path.startswith("/list/"):
            rest = path.removeprefix("/list/").removeprefix("index_").removesuffix(".html")
            return self._draw_list(site, int(rest or 1))
        number = self._paths(site).get(path)
        if number is None:
            return None
        world = self._world
        drawn = world.template(site).draw(world.story(site, number), make_ballast(site, number))
        return drawn.encode()

    def _paths(self, site: int) -> dict[str, int]:
        if site not in self._numbers:
            world, template = self._world, self._world.template(site)
            self._numbers[site] = {
                template.path(number, world.story(site, number)): number for number in range(world.articles)
            }
        return self._numbers[site]

    def _draw_list(self, site: int, page: int) -> bytes:
        world, template = self._world, self._world.template(site)
        paths = list(self._paths(site).items())
        rows = "".join(
            f'<li class="{template.row}"><a href="{path}" title="{escape(story.title)}">{escape(story.title)}'
            f"</a><span>{story.day}</span></li>\n"
            for path, number in paths[(page - 1) * PER_PAGE : page * PER_PAGE]
            for story in (world.story(site, number),)
        )
        more = f'<a class="{template.more}" href="/list/index_{page + 1}.html">下一页</a>'
        more = more if page * PER_PAGE < len(paths) else ""
        before, after = make_ballast(site, -1)
        return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>工作动态</title></head><body>
{before}
<div class="main"><ul class="list">{rows}</ul><div class="page">{more}</div></div>
{after}</body></html>""".encode()

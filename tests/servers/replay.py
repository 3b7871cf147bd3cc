"""The sites of the corpus of real pages, answered by one proxy: the pages as saved, a plain list a site."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sites import Asked, Reply, Sites

LIST_PATH = "/replay/"


@dataclass(frozen=True)
class Saved:
    """One saved page: its address, absolute even where the manifest knows none, and what the label says."""

    file: str
    site: str
    address: str
    kind: str
    truth: dict[str, Any]
    path: Path

    @property
    def labelled(self) -> bool:
        """Whether it is an article whose body is labelled."""
        return self.kind == "article" and bool(self.truth.get("body_first") and self.truth.get("body_last"))


def read_corpus(corpus: Path) -> list[Saved]:
    """Read the manifest; a page without an absolute address stands below /replay/ of its site."""
    pages = []
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        name = Path(one["file"]).name
        url = one["url"] or ""
        address = url if url.startswith("http") else f"http://{one['site']}{LIST_PATH}{name}"
        pages.append(
            Saved(one["file"], one["site"], address, one["kind"], one["truth"], corpus / one["file"])
        )
    return pages


def serve_corpus(sites: Sites, pages: list[Saved]) -> list[str]:
    """Let a server answer, as a proxy, for every site of the corpus; give the addresses of its lists."""
    by_host: dict[str, dict[str, Saved]] = defaultdict(dict)
    lists: dict[str, list[Saved]] = defaultdict(list)
    for page in pages:
        parts = urlsplit(page.address)
        by_host[parts.hostname or ""][parts.path + (f"?{parts.query}" if parts.query else "")] = page
        if page.kind == "article":
            lists[f"http://{page.site}{LIST_PATH}"].append(page)
    for host in by_host.keys() | {urlsplit(address).hostname or "" for address in lists}:
        sites.hosts[host] = _Site(host, by_host[host], lists)
    return list(lists)


@dataclass(frozen=True)
class _Site:
    host: str
    pages: dict[str, Saved]
    lists: dict[str, list[Saved]]

    def __call__(self, asked: Asked) -> Reply:
        """A proxy is asked for whole addresses."""
        if asked.path in self.lists:
            return Reply(_draw_list(self.host, self.lists[asked.path]))
        page = self.pages.get(asked.path.removeprefix(f"http://{self.host}"))
        if page is None:
            return Reply(b"not saved", 404)
        return Reply(page.path.read_bytes(), headers={"Content-Type": "text/html"})


def _draw_list(host: str, pages: list[Saved]) -> bytes:
    rows = "".join(
        f'<li><a href="{escape(page.address)}">{escape(page.truth["title"] or page.file)}</a>'
        f"<span>{(page.truth['date'] or '')[:10]}</span></li>\n"
        for page in pages
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{host}</title></head>
<body><div class="list"><ul>{rows}</ul></div></body></html>""".encode()

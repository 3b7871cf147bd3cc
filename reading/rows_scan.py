"""One walk over a list page: its elements in order, links that could name a row, dates that stand apart."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from lxml.etree import XPath, _Element

from reading.address import join
from reading.rows_dates import DateMark, mark_dates

SKIPPED = frozenset(
    (
        "script",
        "style",
        "template",
        "select",
        "textarea",
        "head",
        "svg",
        "noscript",
        "iframe",
        "object",
        "button",
    )
)
_BLOCKS = frozenset(("p", "div", "br", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "section"))
_SPACE = re.compile(r"\s+")
_NO_TITLE = re.compile(
    r"(?:查看|点击|点此|了解|阅读)?(?:更多|详情|详细|全文|原文|全部|内容|进入|more|detail|view|read)?(?:信息|内容)?"
    r"|(?:点击)?(?:下载|打印|关闭|返回|首页|上一?页|下一?页|末页|尾页|分享|收藏|注册|登录|退出)(?:文件|附件|列表|本页)?"
    r"|pdf|doc|word|附件|next|prev|home|new",
    re.I,
)
_MARKS = re.compile(r"[\W\d_]+")
_CATEGORY = re.compile(r"[\[【(（〔［].{1,8}[\]】)）〕］][:：]?")
_PATH = r"""(?:https?:/)?[./]*/?[^'"()\s<>]*?(?:/|\.s?html?|\.jsp|\.pdf)[^'"()\s<>]*"""
_ADDRESS = re.compile(_PATH)
_CALLED = re.compile(rf"""['"]\s*({_PATH})['"]""")
# What makes an element lead somewhere that is no link.
_PRESSED = ("onclick", "data-href", "data-link", "data-url")
# One walk within libxml2, since a list page has thousands of elements and few of these.
_FIND_PRESSED = XPath(f"descendant-or-self::*[{' or '.join(f'@{name}' for name in _PRESSED)}]")


@dataclass(frozen=True)
class Link:
    """An `a` to a page, or what is pressed like one: its place, absolute address and words.

    `title` is its attribute, `alt` that of its picture.
    """

    node: int
    url: str
    text: str
    title: str
    alt: str

    @property
    def words(self) -> str:
        """What names the link: its text, else its title, else its picture."""
        return self.text or self.title or self.alt


@dataclass(frozen=True)
class Chunk:
    """A run of text: its place (sortable), the element that holds it, whether it is set off at its ends."""

    place: tuple[float, int]
    owner: int
    text: str
    gap_before: bool
    gap_after: bool


class Scan:
    """A tree as arrays over document order; `end[i]` is the first element after the subtree of `i`."""

    def __init__(self, root: _Element, base: str) -> None:
        self.nodes: list[_Element] = [node for node in root.iter() if isinstance(node.tag, str)]
        self.tags: list[str] = [str(node.tag) for node in self.nodes]
        self.parent, self.end, self.depth, self.hidden = self._measure()
        self.chunks = sorted(self._read_chunks(), key=lambda chunk: chunk.place)
        self._places = [chunk.place for chunk in self.chunks]
        self._pressed: set[_Element] = set(cast("list[_Element]", _FIND_PRESSED(root)))
        self.all_links = list(self._read_links(base))
        self.links = [link for link in self.all_links if is_title(link.words)]
        self.link_nodes = [link.node for link in self.links]
        self.within_link = self._mark_links()
        self.dates: list[DateMark] = sorted(mark_dates(self), key=lambda date: date.place)
        self._date_places = [date.place for date in self.dates]

    def _measure(self) -> tuple[list[int], list[int], list[int], list[bool]]:
        index = {node: i for i, node in enumerate(self.nodes)}
        count = len(self.nodes)
        parent, depth, hidden = [-1] * count, [0] * count, [False] * count
        for i, node in enumerate(self.nodes):
            above = node.getparent()
            if above is not None and above in index:
                parent[i] = p = index[above]
                depth[i] = depth[p] + 1
                hidden[i] = hidden[p]
            hidden[i] = hidden[i] or self.tags[i] in SKIPPED
        end = list(range(1, count + 1))
        for i in range(count - 1, 0, -1):
            if end[i] > end[parent[i]]:
                end[parent[i]] = end[i]
        return parent, end, depth, hidden

    def _read_chunks(self) -> Iterator[Chunk]:
        for i, node in enumerate(self.nodes):
            if not self.hidden[i] and (text := squeeze(node.text)):
                yield _chunk((i, 0), i, text, node.text, self.tags[i])
            above = self.parent[i]
            if above >= 0 and not self.hidden[above] and (text := squeeze(node.tail)):
                yield _chunk((self.end[i] - 0.5, -self.depth[i]), above, text, node.tail, self.tags[i])

    def _read_links(self, base: str) -> Iterator[Link]:
        for i, node in enumerate(self.nodes):
            if self.hidden[i]:
                continue
            if self.tags[i] == "a":
                url = join(base, node.get("href")) or _read_call(base, node)
            else:
                url = _read_press(base, node) if self._is_alone(i) else None
            if not url:
                continue
            alt = next((n.get("alt") or "" for n in self.nodes[i : self.end[i]] if n.tag == "img"), "")
            yield Link(i, url, self.text_of(i), squeeze(node.get("title")), squeeze(alt))

    def _is_alone(self, node: int) -> bool:
        """Tell whether nothing inside an element that bears an address is a link, or bears one too."""
        if self.nodes[node] not in self._pressed:
            return False
        inside = range(node + 1, self.end[node])
        return not any(self.tags[i] == "a" or self.nodes[i] in self._pressed for i in inside)

    def _mark_links(self) -> list[int]:
        """For each element the place in `links` of the link around it (or that it is), else -1."""
        within = [-1] * len(self.nodes)
        for number, link in enumerate(self.links):
            for i in range(link.node, self.end[link.node]):
                within[i] = number
        return within

    def chunks_of(self, node: int) -> list[Chunk]:
        """The runs of text inside an element, in order."""
        low = bisect_left(self._places, (node, -1))
        high = bisect_left(self._places, (self.end[node] - 0.5, -self.depth[node]))
        return self.chunks[low:high]

    def text_of(self, node: int) -> str:
        """The words inside an element; one letter a span comes back together."""
        return squeeze("".join(self._spaced(self.chunks_of(node))))

    def _spaced(self, chunks: list[Chunk]) -> Iterator[str]:
        for number, chunk in enumerate(chunks):
            before = chunks[number - 1] if number else None
            if before and (before.gap_after or chunk.gap_before) and len(before.text + chunk.text) > 2:
                yield " "
            yield chunk.text

    def links_of(self, node: int) -> list[Link]:
        """The links that could name a row inside an element (or that it is)."""
        low = bisect_left(self.link_nodes, node)
        return self.links[low : bisect_left(self.link_nodes, self.end[node])]

    def dates_of(self, node: int) -> list[DateMark]:
        """The dates inside an element, in order."""
        low = bisect_left(self._date_places, (node, -1))
        high = bisect_left(self._date_places, (self.end[node] - 0.5, -self.depth[node]))
        return self.dates[low:high]

    def has_link(self, node: int) -> bool:
        """Say whether an element holds (or is) a link that could name a row."""
        low = bisect_left(self.link_nodes, node)
        return low < len(self.link_nodes) and self.link_nodes[low] < self.end[node]

    def above(self, node: int) -> Iterator[int]:
        """The elements around one, the nearest first, without the body and the root."""
        node = self.parent[node]
        while node > 0 and self.tags[node] != "body":
            yield node
            node = self.parent[node]

    def ancestor(self, node: int, depth: int) -> int:
        """The element around `node` (or itself) that stands at `depth`."""
        while self.depth[node] > depth:
            node = self.parent[node]
        return node


def _chunk(place: tuple[float, int], owner: int, text: str, raw: str | None, tag: str) -> Chunk:
    ends = (raw or " ")[0].isspace(), (raw or " ")[-1].isspace()
    return Chunk(place, owner, text, ends[0] or tag in _BLOCKS, ends[1])


def squeeze(text: str | None) -> str:
    """One blank for every run of white space, none at the ends."""
    return _SPACE.sub(" ", text).strip() if text else ""


def is_title(words: str) -> bool:
    """Say whether words could name an article: not empty, no number, not 更多 or 下载, no `[公示]`."""
    if _CATEGORY.fullmatch(words):
        return False
    return len(words) > 1 and _NO_TITLE.fullmatch(_MARKS.sub("", words)[:20]) is None


def _read_press(base: str, node: _Element) -> str | None:
    """The address that pressing an element leads to which is no link: `data-href`, or a call as of a link."""
    said = next((node.get(name) for name in _PRESSED[1:] if node.get(name)), None)
    if said and _ADDRESS.fullmatch(said.strip()):
        return join(base, said)
    called = _CALLED.search(node.get("onclick") or "")
    return join(base, called[1]) if called else None


def _read_call(base: str, node: _Element) -> str | None:
    """The address in `onclick="window.open('/a/b.html')"`, where the link itself leads nowhere."""
    called = _CALLED.search(node.get("onclick") or "") or _CALLED.search(node.get("href") or "")
    return join(base, called[1]) if called else None

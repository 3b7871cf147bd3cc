"""What a page says outside the part where its article is looked for, to tell when something is missed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from reading.clean import keep_short
from reading.lines import Element, Sheet

# Labels, stamps, headings and numbers that belong to articles; what they are is read by others.
_TELLING = re.compile(
    r"来源|來源|作者|编辑|责编|记者|发布时间|发布日期|发布于|日期[:：]|时间[:：]|成文|生成日期|索引号|文号|字号|"
    r"发布机构|发文机关|发文机构|发文单位|发布单位|主题分类|有效性|时效|废止|失效|附件|出处|转自|稿源|"
    r"〔(?:19|20)\d\d〕|内容概述|摘要[:：]|"
    r"下一?页|后一页|余下全文|阅读全文|"
    r"\.(?i:pdf|docx?|xlsx?|wps|et|pptx?|zip|rar|7z|ofd|txt|csv|ceb)"
)
_DOCUMENT = re.compile(
    r"\.(?:pdf|doc|xls|wps|et|dps|ppt|zip|rar|7z|tar|gz|ofd|txt|csv|rtf|ceb|mp3|dwg)|down|attach|fileid|"
    r"file\.do|annex|accessory|/fj/|/files?/|upload"
)
_SLACK_SIGNS = 200
_SLACK_POINTS = 4


@dataclass(frozen=True)
class Outside:
    """Counts of what stands beside the area: signs, marks between clauses, telling words, document links."""

    signs: int
    points: int
    words: int
    documents: int

    def widen(self, other: Outside) -> Outside:
        """The larger of each count."""
        return Outside(
            max(self.signs, other.signs),
            max(self.points, other.points),
            max(self.words, other.words),
            max(self.documents, other.documents),
        )

    def find_excess(self, most: Outside, size: int) -> str | None:
        """Say what there is more of than ever before, beside a text of `size` characters.

        A few clauses more are the site's own news, a few words more its menus.
        """
        more = self.signs - most.signs
        if more > size + _SLACK_SIGNS or self.points > most.points + _SLACK_POINTS:
            return "more text beside the article"
        if self.words > most.words:
            return "labels beside the article"
        return "documents beside the article" if self.documents > most.documents else None


def measure_outside(root: Element, sheet: Sheet) -> Outside:
    """Count what the page says beside the lines of a sheet that holds a part of it.

    Whoever made the sheet has taken scripts, styles and the like out of the tree.
    """
    body = root.find("body")
    whole = root if body is None else body
    page = "".join(etree.tostring(whole, method="text", encoding="unicode").split())
    area = "".join(" ".join(line.text for line in sheet.lines).split())
    links = (link for link in whole.iter("a", "iframe", "embed", "object"))
    return Outside(
        len(page) - len(area),
        _count_points(page) - _count_points(area),
        len(_TELLING.findall(page)) - len(_TELLING.findall(area)),
        _count_documents(links) - _count_documents(link for _, link in sheet.links),
    )


def _count_points(text: str) -> int:
    return text.count("。") + text.count("，") + text.count("；")


def _count_documents(links: Iterable[Element]) -> int:
    named = (link.get("href") or link.get("src") or link.get("data") or "" for link in links)
    return sum(map(_count_marks, named))


@keep_short
def _count_marks(address: str) -> int:
    return len(_DOCUMENT.findall(address.lower()))

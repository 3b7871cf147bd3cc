"""Documents that an article links, in its text or beside it: none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

from reading.address import join
from reading.clean import clean_text
from reading.lines import Element
from reading.page import Attachment
from reading.tree import join_words

_KINDS = "pdf|docx?|docm|xlsx?|xlsm|wps|et|dps|pptx?|zip|rar|7z|tar|gz|ofd|txt|csv|rtf|ceb|cebx|mp3|dwg"
_FILE = re.compile(rf"\.({_KINDS})$", re.I)
_NAMED = re.compile(rf"\.({_KINDS})\s*[)）】\]]?(?:\s*[(（\[【][\d.]+\s*[KMG]?B?[)）\]】])?$", re.I)
_DOWNLOAD = re.compile(
    r"downfile|download(?:attach|file)?\.(?:jsp|do|action|aspx|php)|filedownload|/attachment/download|downloadattach|"
    r"/module/download|fileid=|attachid=|file\.do\?|/down(?:load)?(?:file|attach\w*)?(?:\.\w+)?\?|"
    r"/(?:files?|attach\w{0,9}|annex|upload|accessory|fj)(?:/\w{1,40}){0,4}/down(?:load)?\w{0,9}(?:[/?]|$)",
    re.I,
)
# A link that calls itself an attachment, and leads to no page.
_CALLED = re.compile(r"\s*附\s*件\s*[\d一二三四五六七八九十]{0,3}\s*[:：.、]\s*\S")
_PAGE = re.compile(r"\.(?:s?html?|shtm|jhtml|jsp|aspx?|php|do|action)$|/$", re.I)
# What every link to a document has somewhere; most links of a page do not.
_MARKED = re.compile(rf"\.(?:{_KINDS})|附|down|file|attach|annex|[&?]\w*=|%", re.I)
_EMPTY = re.compile(r"^(?:点击)?(?:下载|查看|附件|此处|这里|打开|预览|阅读)*$")


def find_attachments(links: Iterable[Element], base: str) -> tuple[Attachment, ...]:
    """Find every link to a document, each address once, with the link's words or else the file's name."""
    found: dict[str, str] = {}
    for link in links:
        href = link.get("href") or link.get("src") or link.get("data")
        words = clean_text(join_words(link)) or clean_text(link.get("title") or link.get("download") or "")
        if not href or href.startswith("#") or not is_document(href, words or (link.get("title") or "")):
            continue
        url = join(base, href)
        if not url:
            continue
        name = words if words and not _EMPTY.match(words) else clean_text(link.get("title") or "")
        if url not in found or len(found[url]) < len(name):
            found[url] = name
    return tuple(Attachment(name or _file_name(url), url) for url, name in found.items())


def is_document(href: str, words: str = "") -> bool:
    """Tell whether a link leads to a document: by its path, its query, its words, or a download servlet."""
    if not _MARKED.search(href) and not _MARKED.search(words):
        return False
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return False
    if _FILE.search(parts.path.rstrip()):
        return True
    if parts.query and any(_FILE.search(unquote(value)) for _, value in parse_qsl(parts.query)):
        return True
    if _NAMED.search(words) and not re.search(r"\.s?html?$", parts.path):
        return True
    if _CALLED.match(words) and not _PAGE.search(parts.path) and parts.scheme in ("", "http", "https"):
        return bool(parts.path.strip("/"))
    return bool(_DOWNLOAD.search(href))


def _file_name(url: str) -> str:
    """The name that an address gives: its file's, or one in its query."""
    parts = urlsplit(url)
    for _, value in parse_qsl(parts.query):
        if _FILE.search(value):
            return clean_text(value.rsplit("/", 1)[-1])
    return clean_text(unquote(parts.path.rsplit("/", 1)[-1])) or url

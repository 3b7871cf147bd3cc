"""An article's text as its page carries it: the form's HTML, arranged, then held to the strict list again.

The form was sanitized before review, and its hash shows that it is the reviewed one. It is sanitized once
more here, last, so that the publisher emits no script even where an older or a broken pipeline let one pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from publish.layout_tables import unfold_tables
from publish.paragraphs import write_paragraphs
from publish.pictures import fit

if TYPE_CHECKING:  # imported where a body has more than plain paragraphs
    import nh3
    from lxml.html import HtmlElement

_NAMES = """
    a b blockquote br caption col colgroup dd del div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins
    li ol p pre q s small span strong sub sup table tbody td tfoot th thead tr u ul
"""
_TAGS = frozenset(_NAMES.split())
_EMPTIED = frozenset("script style iframe noscript template title textarea svg math".split())  # noqa: SIM905
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "loading", "decoding"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "div": {"tabindex", "role", "aria-label"},
}
_CLASSES = {tag: {"right", "center", "scroll", "n"} for tag in ("p", "div", "td", "th", "span", "h2", "h3")}
_SCHEMES = {"http", "https", "mailto"}
# Paragraphs and headings with breaks and stressed words in them: on the strict list as they stand, and what
# most bodies are. What the sanitizer would write in another way (entities, U+00A0, line ends) is not here.
_TEXT = r"[^<>&\r\xa0]*+(?:&(?:amp|lt|gt);[^<>&\r\xa0]*+)*+"
_PIECE = rf"(?:<br>|<(?P<in>strong|em|b)>{_TEXT}</(?P=in)>)"
_BLOCK = rf'<(?P<of>p|h2|h3)(?: class="(?:right|center)")?>{_TEXT}(?:{_PIECE}{_TEXT})*+</(?P=of)>'
_PLAIN = re.compile(rf"\s*+(?:{_BLOCK}[ \n]*+)*+")
_BARE = re.compile(rf"{_TEXT}(?:{_PIECE}{_TEXT})*+")  # lines with breaks between them, and nothing else
_TAG = re.compile("<[^>]*>")
_OWN_FILE = re.compile(r"/files/([0-9a-f]{2})/(\1[0-9a-f]{62})(\.[a-z0-9]{1,8})?")
_ACTIVE = frozenset(".htm .html .xhtml .shtml .mht .mhtml .svg .xml .xsl .js .mjs .css .swf .wasm".split())  # noqa: SIM905


def arrange_body(html: str, images: Mapping[str, Mapping[str, Any]]) -> Markup:
    """Make a form's `html` ready for the page: h1 below the title, bare lines as paragraphs, tables
    scrollable unless they only place the text, own images with sizes.

    `images` are the form's, by their path on the portal. An image that the portal does not serve is left out
    (never hot-linked), and so is whatever is not on the strict list.
    """
    if not html.strip():
        return Markup("")
    if is_plain(html):
        return Markup(html)  # nothing in it that the sanitizer would change
    if is_bare(html):
        lines = (line.lstrip() for line in html.split("<br>"))
        return Markup("").join(Markup(f"<p>{line}</p>") for line in lines if _TAG.sub("", line).strip())
    import lxml.html

    root = lxml.html.fragment_fromstring(html, create_parent="div")
    _lower_headings(root)
    _arrange_images(root, images)
    unfold_tables(root)
    write_paragraphs(root)
    _make_tables_scroll(root)
    inner = escape(root.text or "") + Markup("").join(
        Markup(lxml.html.tostring(child, encoding="unicode"))  # cleaned right below
        for child in root
    )
    return Markup(_make_cleaner().clean(inner))  # the output of the sanitizer


def is_plain(html: str) -> bool:
    """Say whether a body is only plain paragraphs and headings, as the sanitizer itself writes them."""
    return _PLAIN.fullmatch(html) is not None


def is_bare(html: str) -> bool:
    """Say whether a body is only lines of text with breaks between them: its paragraphs are seen at once."""
    return _BARE.fullmatch(html) is not None


@lru_cache(maxsize=1)
def _make_cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_EMPTIED),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        allowed_classes={tag: set(names) for tag, names in _CLASSES.items()},
        attribute_filter=_filter_attribute,
        url_schemes=set(_SCHEMES),
        link_rel=None,
        strip_comments=True,
    )


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if is_own_file(value) else None
    if tag == "div" and name in {"tabindex", "role"}:
        return value if value in {"0", "region"} else None
    return value


def is_own_file(path: str) -> bool:
    """Say whether `path` is `/files/ab/HASH.ext` of this portal and nothing that a browser would run."""
    found = _OWN_FILE.fullmatch(path)
    return found is not None and found[3] not in _ACTIVE


def read_file_hash(path: str) -> str:
    """Give the hash in the address of a file; raises ValueError where `path` is none."""
    found = _OWN_FILE.fullmatch(path)
    if found is None:
        raise ValueError(path)
    return found[2]


def _lower_headings(root: HtmlElement) -> None:
    for heading in root.iter("h1"):
        heading.tag = "h2"  # the page's h1 is the title


def _arrange_images(root: HtmlElement, images: Mapping[str, Mapping[str, Any]]) -> None:
    for image in list(root.iter("img")):
        path = image.get("src", "")
        if not is_own_file(path):
            image.drop_tree()
            continue
        facts = images.get(path, {})
        size = (facts.get("width"), facts.get("height"))
        if isinstance(size[0], int) and isinstance(size[1], int):
            for name, value in zip(("width", "height"), fit(size[0], size[1]), strict=True):
                image.set(name, str(value))
        image.set("alt", image.get("alt") or str(facts.get("alt") or ""))
        image.set("loading", "lazy")
        image.set("decoding", "async")


def _make_tables_scroll(root: HtmlElement) -> None:
    """Put each outer table into a region that scrolls by itself and can be reached by the keyboard."""
    import lxml.html

    tables = [table for table in root.iter("table") if next(table.iterancestors("table"), None) is None]
    for number, table in enumerate(tables, start=1):
        caption = table.find("caption")
        name = " ".join(caption.text_content().split()) if caption is not None else f"第 {number} 个表格"
        parent = table.getparent()
        if parent is None:
            continue
        region = lxml.html.Element("div")
        for key, value in (("class", "scroll"), ("tabindex", "0"), ("role", "region")):
            region.set(key, value)
        region.set("aria-label", f"表格：{name}，可左右滚动")
        region.tail, table.tail = table.tail, None
        parent.replace(table, region)
        region.append(table)

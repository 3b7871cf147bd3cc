"""What a site of the sample province answers to a request: pages, lists, files, robots.txt, or 404."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from demo.content import Article, Channel, Key, Site
from demo.documents import TYPES, make_document, make_picture
from demo.pages import count_pages, draw_article, draw_home, draw_list, draw_sitemap, draw_window
from demo.province import Province
from demo.scripted import SITE, answer_scripted
from demo.shapes.aspx import find_turn
from demo.shapes.jcms import PROXY, find_window
from demo.shapes.sitemap import name_part

_ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /col/col1202/\n"


@dataclass(frozen=True)
class Asked:
    """A request as far as the sites look at it; `form` is the body of a POST."""

    host: str
    target: str
    form: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A status, the headers beside the length, and the bytes."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


_NOT_FOUND = Answer(404, "text/html; charset=utf-8", "<h1>404 Not Found</h1><p>未找到（示例）</p>".encode())


_REFUSED_FORM = Answer(500, "text/html; charset=utf-8", "<h1>回发或回调参数无效（示例）</h1>".encode())


def answer(province: Province, asked: Asked) -> Answer:
    """Answer a request by the site that its Host header names; what no site knows is a 404."""
    name, _, _ = asked.host.partition(":")
    site = province.site.get(name.removesuffix(".localhost"))
    if site is None:
        return _NOT_FOUND
    for finder in (_robots, _home, _scripted, _file, _window, _sitemap, _list, _article):
        found = finder(province, site, asked)
        if found is not None:
            return _conditional(asked, found)
    return _NOT_FOUND


def _robots(province: Province, site: Site, asked: Asked) -> Answer | None:
    if asked.target != "/robots.txt":
        return None
    text = _ROBOTS if site.shape == "jcms" else "User-agent: *\nDisallow: /admin/\n"
    return Answer(200, "text/plain; charset=utf-8", text.encode())


def _home(province: Province, site: Site, asked: Asked) -> Answer | None:
    return _page(province, site, draw_home(province, site)) if asked.target == "/" else None


def _scripted(province: Province, site: Site, asked: Asked) -> Answer | None:
    found = answer_scripted(province.today, asked.target) if site.key == SITE else None
    return Answer(200, *found) if found is not None else None


def _window(province: Province, site: Site, asked: Asked) -> Answer | None:
    parts = urlsplit(asked.target)
    if site.shape != "jcms" or parts.path != PROXY:
        return None
    window = find_window(site, dict(parse_qsl(parts.query) + parse_qsl(asked.form)))
    if window is None:
        return None
    return Answer(200, "text/xml; charset=utf-8", draw_window(province, site, window, _base(asked)))


def _sitemap(province: Province, site: Site, asked: Asked) -> Answer | None:
    shape = province.shape(site)
    for channel in site.channels if shape.name == "sitemap" else ():
        pages = count_pages(province.list_keys(site, channel), channel)
        names = [shape.list_path(channel, 1, 1), *(name_part(channel.slug, at + 1) for at in range(pages))]
        if asked.target in names:
            drawn = draw_sitemap(province, site, channel, names.index(asked.target), _base(asked))
            kind = "application/gzip" if asked.target.endswith(".gz") else shape.list_type
            return Answer(200, kind, drawn, _page(province, site, drawn).headers)
    return None


def _list(province: Province, site: Site, asked: Asked) -> Answer | None:
    shape = province.shape(site)
    for channel in site.channels if shape.name != "sitemap" else ():
        pages = count_pages(province.list_keys(site, channel), channel)
        page = shape.find_page(channel, asked.target.removesuffix("index.html"), pages)
        page = page or shape.find_page(channel, asked.target, pages)
        if page is not None and shape.name == "aspx" and asked.form:
            page = find_turn(channel.number, dict(parse_qsl(asked.form, keep_blank_values=True)), pages)
            if page is None:
                return _REFUSED_FORM
        if page is not None:
            drawn = draw_list(province, site, channel, page, _base(asked))
            found = _page(province, site, drawn)
            return Answer(200, shape.list_type, drawn, found.headers) if shape.list_type else found
    return None


def _article(province: Province, site: Site, asked: Asked) -> Answer | None:
    shape = province.shape(site)
    for channel in site.channels:
        serial = shape.find_serial(channel, asked.target)
        key = Key(site.key, channel.slug, serial if serial is not None else -1)
        if not _exists(province, site, channel, key):
            continue
        headline = province.headline(key)
        if shape.article_path(channel, headline) != asked.target:
            continue
        try:
            drawn = draw_article(province, key, _base(asked))
        except KeyError:  # withdrawn tonight
            return None
        return _page(province, site, drawn, _changed_at(province, key, headline.moment))
    return None


def _exists(province: Province, site: Site, channel: Channel, key: Key) -> bool:
    return 0 <= key.serial < province.count(site, channel)


def _changed_at(province: Province, key: Key, moment: datetime) -> datetime:
    """A changed article was changed last evening; the others stand as they came."""
    trap = province.overrides.get(key)
    if trap is None or trap.changed is None or province.night < 2:
        return moment
    return datetime(province.today.year, province.today.month, province.today.day, tzinfo=UTC)


def _file(province: Province, site: Site, asked: Asked) -> Answer | None:
    """Find an attachment or a picture; their addresses end in CHANNEL/SERIAL/NUMBER.KIND."""
    makers: tuple[tuple[str, Callable[[Article, str], Answer | None]], ...] = (
        (province.shape(site).files, _make_file),
        ("/images", _make_picture),
    )
    parts = asked.target.split("/")
    if len(parts) < 4 or not parts[-2].isdecimal() or parts[-3] not in {c.slug for c in site.channels}:
        return None
    key = Key(site.key, parts[-3], int(parts[-2]))
    if not _exists(province, site, site.channel(key.channel), key):
        return None
    for start, maker in makers:
        if "/".join(parts[:-3]) == start:
            return maker(province.article(key), asked.target)
    return None


def _make_file(article: Article, path: str) -> Answer | None:
    for file in article.files:
        if file.path == path:
            return Answer(200, TYPES[file.kind], make_document(file.kind, file.lines))
    return None


def _make_picture(article: Article, path: str) -> Answer | None:
    known = any(picture.path == path for picture in article.pictures)
    return Answer(200, TYPES["png"], make_picture(path)) if known else None


def _page(province: Province, site: Site, body: bytes, changed: datetime | None = None) -> Answer:
    """A page with the validators that its CMS sends; the old ASP site sends none, and no charset."""
    shape = province.shape(site)
    if not shape.validators:
        return Answer(200, "text/html", body)
    headers = [("ETag", f'"{sha256(body).hexdigest()[:20]}"')]
    if changed is not None:
        headers.append(("Last-Modified", format_datetime(changed.astimezone(UTC), usegmt=True)))
    return Answer(200, f"text/html; charset={shape.charset}", body, tuple(headers))


def _conditional(asked: Asked, found: Answer) -> Answer:
    """Answer 304 where the asker's validators still hold (If-None-Match goes before If-Modified-Since)."""
    stated = dict(found.headers)
    tag, since = asked.headers.get("if-none-match"), asked.headers.get("if-modified-since")
    if tag is not None:
        same = stated.get("ETag") in {part.strip() for part in tag.split(",")}
    else:
        same = since is not None and "Last-Modified" in stated and _not_later(stated["Last-Modified"], since)
    return Answer(304, found.content_type, b"", found.headers) if same else found


def _not_later(stated: str, since: str) -> bool:
    try:
        return parsedate_to_datetime(stated) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # an asker may send anything
        return False


def _base(asked: Asked) -> str:
    return f"http://{asked.host}"

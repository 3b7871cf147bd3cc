"""Draws the pages of the sites, lists and articles, by the templates of their CMS and in its charset."""

from __future__ import annotations

import gzip
import posixpath
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from demo.content import Article, Channel, Headline, Key, Site
from demo.noise import make_ballast
from demo.province import Province
from demo.shapes.aspx import PAGER, write_state
from demo.shapes.boda import CLIP
from demo.shapes.jcms import PROXY, WINDOW_PAGES, Window, name_group
from demo.shapes.shape import Shape
from demo.shapes.sitemap import name_part


@dataclass(frozen=True)
class Row:
    """A row of a list as a template shows it; `shown` may be clipped, `title` is whole."""

    title: str
    shown: str
    href: str
    date: str
    pinned: bool
    moment: datetime
    summary: str
    id: int


@dataclass(frozen=True)
class Turn:
    """A link to a page of the list."""

    number: int
    href: str


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def draw_list(province: Province, site: Site, channel: Channel, page: int, base: str) -> bytes:
    """Draw one page of a channel; `base` is the site's own address, for the feed's absolute links."""
    shape = province.shape(site)
    keys = province.list_keys(site, channel)
    pages = count_pages(keys, channel)
    path = shape.list_path(channel, page, pages)
    shown = keys[: WINDOW_PAGES * channel.per_page] if shape.name == "jcms" else _page_of(keys, channel, page)
    turns = [
        Turn(number, _link(shape, path, shape.list_path(channel, number, pages)))
        for number in range(1, pages + 1)
    ]
    return _draw(
        shape.templates[0],
        shape,
        province=province,
        site=site,
        channel=channel,
        rows=[_row(province, key, path, base) for key in shown],
        sidebar=_sidebar(province, site, channel, path, base),
        page=page,
        pages=pages,
        total=len(keys),
        turns=turns,
        proxy=PROXY,
        following=_following(site, channel, len(shown), len(keys)) if shape.name == "jcms" else "",
        broken=province.is_broken(site),
        state=write_state(channel.number, page),
        pager=PAGER,
        menu=[(other.name, _link(shape, path, shape.list_path(other, 1, 1))) for other in site.channels],
        ballast=_ballast(province, site, f"{channel.slug}{page}"),
        base=base,
        copyright_year=province.today.year,
    )


def draw_sitemap(province: Province, site: Site, channel: Channel, number: int, base: str) -> bytes:
    """Draw the index of a channel's sitemaps (number 0) or one of them, packed where its name says so."""
    keys = province.list_keys(site, channel)
    parts = range(1, count_pages(keys, channel) + 1)
    shown = _page_of(keys, channel, number) if number else []
    drawn = _draw(
        "sitemap.xml",
        province.shape(site),
        parts=[(name_part(channel.slug, part), part) for part in parts] if not number else [],
        rows=[_row(province, key, "/", base) for key in shown],
        channel=channel,
        number=number,
        base=base,
    )
    return (
        gzip.compress(drawn, mtime=0) if name_part(channel.slug, number).endswith(".gz") and number else drawn
    )


def draw_window(province: Province, site: Site, window: Window, base: str) -> bytes:
    """Draw the XML that dataproxy.jsp answers: the rows asked for, with the totals."""
    keys = province.list_keys(site, window.channel)
    return _draw(
        "jcms_window.xml",
        province.shape(site),
        rows=[_row(province, key, PROXY, base) for key in keys[window.start - 1 : window.end]],
        total=len(keys),
        pages=count_pages(keys, window.channel),
        following=_following(site, window.channel, window.end, len(keys)),
    )


def _following(site: Site, channel: Channel, shown: int, total: int) -> str:
    """Name the group of rows behind those shown, where there is one."""
    return name_group(site, channel, shown // (WINDOW_PAGES * channel.per_page)) if shown < total else ""


def draw_article(province: Province, key: Key, base: str) -> bytes:
    """Draw an article's page; raises KeyError for one that does not exist tonight."""
    site = province.site[key.site]
    channel, shape, article = site.channel(key.channel), province.shape(site), province.article(key)
    if article.outcome == "missing":
        return _draw("missing.html", shape, site=site, copyright_year=province.today.year)
    moment = article.headline.moment
    return _draw(
        shape.templates[1],
        shape,
        province=province,
        site=site,
        channel=channel,
        article=article,
        printed=shape.print_date(moment, shape.article_date) if article.headline.dated else "",
        issued=shape.print_date(article.issued, shape.article_date) if article.issued else "",
        metas=_metas(province, site, channel, article, base),
        files=[(file.name, _link(shape, article.path, file.path)) for file in article.files],
        pictures=[(_link(shape, article.path, picture.path), picture.alt) for picture in article.pictures],
        related=_related(province, site, channel, key, article.path),
        sidebar=_sidebar(province, site, channel, article.path, base) if shape.name == "plain" else [],
        menu=[
            (other.name, _link(shape, article.path, shape.list_path(other, 1, 1))) for other in site.channels
        ],
        home=_link(shape, article.path, "/"),
        ballast=_ballast(province, site, str(key)),
        base=base,
        copyright_year=province.today.year,
    )


def draw_home(province: Province, site: Site) -> bytes:
    """Draw the front page of a site: its name and the way to its lists."""
    shape = province.shape(site)
    menu = [(channel.name, shape.list_path(channel, 1, 1)) for channel in site.channels]
    return _draw("home.html", shape, site=site, menu=menu, copyright_year=province.today.year)


def count_pages(keys: list[Key], channel: Channel) -> int:
    """Count the pages of a list; an empty one has one."""
    return max(1, -(-len(keys) // channel.per_page))


def _draw(template: str, shape: Shape, **values: object) -> bytes:
    text = _templates().get_template(template).render(shape=shape, **values)
    return text.encode(shape.charset)


def _page_of(keys: list[Key], channel: Channel, page: int) -> list[Key]:
    return keys[(page - 1) * channel.per_page : page * channel.per_page]


def _row(province: Province, key: Key, path: str, base: str) -> Row:
    site = province.site[key.site]
    shape, headline = province.shape(site), province.headline(key)
    title = headline.title
    target = shape.article_path(site.channel(key.channel), headline)
    return Row(
        title=title,
        shown=f"{title[:CLIP]}…" if shape.name == "boda" and len(title) > CLIP else title,
        href=base + target if shape.name == "feed" else _link(shape, path, target),
        date=shape.print_date(headline.moment, shape.list_date) if headline.dated else "",
        pinned=headline.pinned,
        moment=headline.moment,
        summary=province.article(key).paragraphs[0] if shape.name == "feed" else "",
        id=shape.first_id + key.serial,
    )


def _link(shape: Shape, path: str, target: str) -> str:
    """Link as the CMS does: TRS and 博达 relative to the page, an ASP site from its root, others absolute."""
    if shape.name not in {"trs", "boda"}:
        return target.lstrip("/") if shape.name == "table" and target != "/" else target
    relative = posixpath.relpath(target, posixpath.dirname(path) or "/")
    ending = "/" if target.endswith("/") and relative != "." else ""
    start = "./" if shape.name == "trs" and not relative.startswith(".") else ""
    return start + relative + ending


def _related(province: Province, site: Site, channel: Channel, key: Key, path: str) -> list[Row]:
    """Name up to three older articles: they never change, so neither does this page."""
    older = (Key(key.site, key.channel, key.serial - step) for step in (1, 2, 3) if key.serial >= step)
    return [_row(province, other, path, "") for other in older]


def _sidebar(province: Province, site: Site, channel: Channel, path: str, base: str) -> list[Row]:
    """Name the newest five of the site's last channel, in the same markup as the list's own rows."""
    last = site.channels[-1]
    return [_row(province, key, path, base) for key in province.list_keys(site, last)[:5]]


def _ballast(province: Province, site: Site, lot: str) -> Markup:
    return make_ballast(site.key, lot) if province.heavy else Markup()


def _metas(
    province: Province, site: Site, channel: Channel, article: Article, base: str
) -> list[tuple[str, str]]:
    """State the tags of the national rule for government pages, as the site's CMS fills them."""
    headline = article.headline
    trap = province.overrides.get(headline.key)
    moment = _meta_moment(province, headline, trap.meta_days if trap else None)
    stamp = f"{moment:%Y-%m-%d %H:%M}" if headline.dated else ""
    if province.shape(site).name == "gkml":
        stamp = stamp.replace(":", "\u2236")
    return [
        ("SiteName", site.site_name),
        ("SiteDomain", f"{site.key}.localhost"),
        ("SiteIDCode", f"99{sum(map(ord, site.key)):08d}"),
        ("ColumnName", channel.name),
        ("ColumnType", channel.name),
        ("ArticleTitle", headline.title),
        ("PubDate", stamp),
        ("ContentSource", article.credit_shown),
        ("Keywords", f"{site.short_name},{channel.name}"),
        ("Author", article.author),
        ("Description", article.paragraphs[0][:80]),
        ("Url", base + article.path),
    ]


def _meta_moment(province: Province, headline: Headline, meta_days: int | None) -> datetime:
    """A site that moved to a new CMS states the day of the move instead of the article's own."""
    if meta_days is None:
        return headline.moment
    day = datetime(
        province.today.year, province.today.month, province.today.day, tzinfo=headline.moment.tzinfo
    )
    return day - timedelta(days=meta_days)

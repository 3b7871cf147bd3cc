"""The templates of the bench's sites: six known families of CMS, and as many unknown ones as there are sites.

An unknown template has names that say nothing, and no two sites share one: its order, its depth and the
element of each part are drawn from the site's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from random import Random

from bench.texts import Story
from demo.writing import draw_lots

_P = '<p style="text-indent:2em;line-height:1.75em;text-align:justify;">'
_SPAN = '<span style="font-size:16px;font-family:宋体,SimSun;">'


@dataclass(frozen=True)
class Template:
    """One site's frame: `article` is where an article stands, `frame` the markup around its body."""

    article: str
    frame: str
    named: bool = True
    row: str = "list-row"
    more: str = "next"

    def path(self, number: int, story: Story) -> str:
        """Say where an article stands."""
        day = story.day
        return self.article.format(n=1000 + number, y=day.year, m=day.month, d=day.day)

    def draw(self, story: Story, ballast: tuple[str, str]) -> str:
        """Draw the page of an article, with so much around it."""
        body = "".join(f"{_P}{_SPAN}{escape(line)}</span></p>\n" for line in story.paragraphs)
        said = {"title": escape(story.title), "day": story.day.isoformat(), "credit": story.credit}
        metas = _METAS.format(**said) if self.named else ""
        inner = self.frame.format(**said, body=body)
        return _PAGE.format(**said, metas=metas, head=ballast[0], inner=inner, foot=ballast[1])


_METAS = """<meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="{day} 10:08"><meta name="ContentSource" content="{credit}">"""
_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title>
{metas}</head><body>
{head}
{inner}
{foot}
</body></html>"""

_KNOWN = (
    (
        "/xwzx/gzdt/{y}{m:02}/t{y}{m:02}{d:02}_{n}.html",
        (
            '<div class="article"><h1>{title}</h1><div class="info"><span>发布时间：{day} 10:08</span>'
            "<span>来源：{credit}</span></div>"
            '<div class="view TRS_UEDITOR trs_paper_default trs_web">{body}</div></div>'
        ),
    ),
    (
        "/info/1001/{n}.htm",
        (
            '<form name="_newscontent_fromname"><h2 class="title">{title}</h2>'
            '<div class="ly">发布日期：{day}　来源：{credit}　点击：</div>'
            '<div id="vsb_content"><div class="v_news_content">{body}</div></div></form>'
        ),
    ),
    (
        "/gzdt/content/post_{n}.html",
        (
            '<div class="content"><h1 class="content_title">{title}</h1>'
            '<p class="info">时间：{day} 10:08　来源：{credit}</p><div id="zoomcon">{body}</div></div>'
        ),
    ),
    (
        "/art/{y}/{m}/{d}/art_1101_{n}.html",
        (
            '<table id="c"><tr><td class="title">{title}</td></tr>'
            "<tr><td>发布时间：{day} 10:08 来源：{credit}</td></tr>"
            '<tr><td class="bt_content"><div id="zoom">{body}</div></td></tr></table>'
        ),
    ),
    (
        "/gkmlpt/content/1/100/post_{n}.html",
        (
            '<div class="classify"><table><tr><td>发布机构：</td><td>{credit}</td>'
            "<td>发布日期：</td><td>{day}</td>"
            '</tr></table></div><h1 class="title document-number">{title}</h1>'
            '<div class="article-content">{body}</div>'
        ),
    ),
    (
        "/nw12344/{y}{m:02}{d:02}/{n}.html",
        (
            '<div class="Article"><h2 id="ivs_title">{title}<small>{day}</small></h2><p>来源：{credit}</p>'
            '<div class="Article_content" id="ivs_content">{body}</div></div>'
        ),
    ),
)


def known_template(site: int) -> Template:
    """Give the frame of one of the six families, in turn."""
    article, frame = _KNOWN[site % len(_KNOWN)]
    return Template(article, frame)


def unknown_template(site: int) -> Template:
    """Draw a frame that no family knows; a third of the sites name their fields in the head."""
    chance = draw_lots("bench template", site)
    title = _wrap(chance, chance.choice(("h1", "h2", "div", "p")), "{title}")
    about = _wrap(chance, chance.choice(("p", "div", "ul")), _about(chance))
    inner = _wrap(chance, chance.choice(("div", "section", "article", "main")), "{body}")
    for _ in range(chance.randint(0, 3)):
        inner = _wrap(chance, "div", inner)
    side = _wrap(chance, "div", "".join(f'<a href="/x/{at}">专题专栏{at}</a>' for at in range(8)))
    parts = [title, about, inner]
    parts.insert(chance.choice((0, 3)), side)
    frame = "".join(parts)
    for _ in range(chance.randint(1, 4)):
        frame = _wrap(chance, "div", frame)
    path = f"/{_name(chance)}/{chance.choice(('detail', 'show', 'c', 'p'))}{chance.choice('-/')}{{n}}.html"
    return Template(path, frame, site % 3 == 0, _name(chance), _name(chance))


def _about(chance: Random) -> str:
    date = chance.choice(("发布时间：{day} 10:08", "{day}", "日期：{day}", "时间：{day} 10:08:00"))
    credit = chance.choice(("来源：{credit}", "文章来源：{credit}", "信息来源：{credit}"))
    both = [f"<span>{date}</span>", f"<span>{credit}</span>"]
    return chance.choice(("", "　", " | ")).join(both if chance.random() < 0.6 else reversed(both))


def _wrap(chance: Random, tag: str, inner: str) -> str:
    return f'<{tag} class="{_name(chance)}">{inner}</{tag}>'


def _name(chance: Random) -> str:
    return "".join(chance.choice("bcdfghjkmnpqrstvwxz") for _ in range(chance.randint(2, 4))) + str(
        chance.randint(1, 99)
    )

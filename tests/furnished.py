"""A small portal with every kind of page on it, published once for the tests that look at all of them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from office import PDF, Office, read_site
from PIL import Image

from portal import load_portal
from sample import BODY, PORTAL
from store.database import Database
from store.drafts import keep_bytes
from store.files import StoredFile, save_file

_COLUMNS = """
      - {key: wenjian, name: 政策文件, description: 文件, keywords: 文件, type: 文件, style: documents,
         links: [{name: 公报, url: "https://gazette.example.gov.cn/"}]}
      - {key: qunuan, name: 冬季取暖, description: 取暖, keywords: 取暖, type: 专题,
         topic: {title: 冬季取暖, lead: 取暖服务一处办。, unit: 样例省教育厅, starts: 2026-10-01}}
      - {key: jiuzhuan, name: 夏季防汛, description: 防汛, keywords: 防汛, type: 专题,
         topic: {title: 夏季防汛, lead: 汛期信息。, ends: 2026-09-30}}
rules:
"""
_MORE = """
links:
  - name: 部门
    links: [{name: 教育厅, url: "https://jyt.example.gov.cn/", mutual: true}]
guide:
  - {title: 公开范围, text: [公开规章。, 公开规划。]}
settings: {page_size: 3, front_rows: 3, traditional: true}
"""
_TABLE = (
    "<table><caption>进度</caption><tr><th scope=col>地区</th><th scope=col>数量</th></tr>"
    "<tr><td>甲</td><td>1</td></tr></table>"
)


def furnish(database: Database, folder: Path) -> Office:
    """Fill an office with something of every kind, and publish it."""
    path = folder / "furnished.yaml"
    path.write_text(PORTAL.replace("\nrules:\n", _COLUMNS) + _MORE, encoding="utf-8")
    office = Office(database, load_portal(path))
    image, pdf = _keep_picture(office), _keep(office, "attachment", "application/pdf", ".pdf", PDF)
    for number in range(7):
        office.approve(office.write(agency="jyt", html=f"<p>{BODY}</p>"), "bumen" if number % 2 else "diqu")
    shown = {"path": image.path, "alt": "检查现场", "width": 1600, "height": 900}
    named = {"name": "检查表.pdf", "path": pdf.path, "type": "pdf", "bytes": len(PDF)}
    html = f'<p>{BODY}</p><p><img src="{image.path}" alt="检查现场"></p>{_TABLE}<p>头发、干部、皇后。</p>'
    office.approve(
        office.write(
            agency="xn", title="图片信息", html=html, images=[shown], attachments=[named], author="张某"
        )
    )
    for number in range(4):
        office.approve(office.write(agency="jyt", **_document(number)), "wenjian")
    for key in ("tongzhi", "qunuan", "jiuzhuan"):
        office.approve(office.write(title=f"{key}的信息", address="http://jyt.example.gov.cn/文.html"), key)
    gone = office.approve(office.write(title="要撤下的信息"))
    office.publish()
    office.decide(gone, "withdraw")
    office.publish()
    return office


def _document(number: int) -> dict[str, Any]:
    return {
        "title": f"关于第{number}件事的通知",
        "html": f"<h2>一、总则</h2><p>{BODY}</p>",
        "doc_number": f"样政办〔2026〕{number}号",
        "index_number": f"015/2026-{number}",
        "issued": f"2026-10-0{number + 1}" if number else None,
        "topic": "能源" if number % 2 else "教育",
        "issuer": "样例省人民政府办公厅",
        "validity": "已废止" if number == 1 else None,
        "correction": "第二段的数字已更正。" if number == 2 else None,
    }


def _keep_picture(office: Office) -> StoredFile:
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), "#7a9").save(out, "JPEG")
    return _keep(office, "image", "image/jpeg", ".jpg", out.getvalue())


def _keep(office: Office, kind: str, sniffed: str, ending: str, raw: bytes) -> StoredFile:
    file = StoredFile(keep_bytes(office.home, kind, raw), kind, sniffed, ending, len(raw))
    with office.database.write() as connection:
        save_file(connection, file)
    return file


def name_kinds(office: Office) -> dict[str, str]:
    """Give an address of every kind of page."""
    articles = {
        "article": "图片信息",
        "document": "关于第3件事的通知",
        "repealed": "关于第1件事的通知",
        "corrected": "关于第2件事的通知",
    }
    site = read_site(office.site)
    pages = {path: raw.decode() for path, raw in site.items() if path.startswith("/articles/")}
    found = {
        kind: next(path for path, page in pages.items() if f"<h1>{title}" in page)
        for kind, title in articles.items()
    }
    gone = next(path for path in site if path.startswith("/gone/articles/")).removeprefix("/gone")
    return {
        "front": "/",
        "column": "/columns/bumen/",
        "older": "/columns/bumen/page-1.html",
        "documents": "/columns/wenjian/",
        "topic": "/columns/qunuan/",
        "ended topic": "/columns/jiuzhuan/",
        "agency": "/agencies/jyt/",
        "directory": "/directory/",
        "drawer": "/directory/year/2026/",
        "data": "/directory/data/",
        "guide": "/guide/",
        "links": "/links/",
        "map": "/columns/",
        "help": "/accessibility/",
        "search": "/search/",
        "missing": "/404.html",
        "gone": gone,
        **found,
    }

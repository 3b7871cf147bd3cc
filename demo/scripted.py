"""A list of the sample that only a browser shows: shells whose packed script asks for data it does not name.

Its source is in the demo's sources.yaml with `browser: true`, switched off: it needs the extra `js`, which
the demo must run without.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

SITE = "jiaoyu"
SLUG = "kuaixun"
COUNT = 6
NAME = "教育快讯"
REASON = "演示：只有脚本才能显示的列表，需要浏览器（pip install caibian[js]），装好后改为 true"

_SHELL = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>
<body><div id="root" class="content"></div><script src="/kuaixun/app.js"></script></body></html>"""
_TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript", "json": "application/json"}
# What it asks for stands in pieces, as in a script that was packed.
_APP = """(() => {
  const box = document.getElementById('root'), part = ['', 'kuaixun', 'feed', ''].join('/');
  const item = /([0-9]+)[.]html$/.exec(location.pathname);
  const show = html => { box.innerHTML = html; };
  fetch(part + (item ? 'i' + item[1] : 'all')).then(answer => answer.json()).then(told => show(item
    ? `<h1>${told.title}</h1><div class="info">发布时间：${told.date} 来源：${told.credit}</div>`
      + `<div class="article">${told.lines.map(line => `<p>${line}</p>`).join('')}</div>`
    : `<ul>${told.map(row =>
        `<li><a href="${row.url}">${row.title}</a><span>${row.date}</span></li>`).join('')}</ul>`));
})();
"""


def name_list() -> str:
    """Say where the list stands on its site."""
    return f"/{SLUG}/"


def write_titles(today: date) -> list[tuple[str, str]]:
    """Write the titles and days of its articles, the newest first."""
    days = [(today - timedelta(days=1 + 2 * number)).isoformat() for number in range(COUNT)]
    numbers = range(COUNT, 0, -1)
    return [(f"第{n}所示范学校开展课后服务交流（示例）", day) for n, day in zip(numbers, days, strict=True)]


def answer_scripted(today: date, target: str) -> tuple[str, bytes] | None:
    """Answer an address of the list: its content type and its bytes; None for what it has not."""
    rows = {COUNT - at: row for at, row in enumerate(write_titles(today))}
    if not target.startswith(name_list()):
        return None
    name = target.removeprefix(name_list())
    if name == "":
        return _TYPES["html"], _SHELL.format(title=NAME).encode()
    if name == "app.js":
        return _TYPES["js"], _APP.encode()
    if name == "feed/all":
        told = [{"title": t, "date": d, "url": f"/{SLUG}/{n}.html"} for n, (t, d) in rows.items()]
        return _TYPES["json"], json.dumps(told, ensure_ascii=False).encode()
    number = name.removeprefix("feed/i").removesuffix(".html")
    if not number.isdecimal() or int(number) not in rows:
        return None
    if name.endswith(".html"):
        return _TYPES["html"], _SHELL.format(title=NAME).encode()
    return _TYPES["json"], json.dumps(_tell(int(number), *rows[int(number)]), ensure_ascii=False).encode()


def _tell(number: int, title: str, day: str) -> dict[str, object]:
    lines = [
        (
            f"近日，第{number}所示范学校邀请相邻学校的教师，就课后服务的课程安排和人员组织进行了交流，"
            "各校介绍了自己的做法，一起听了两堂示范课。"
        ),
        (
            f"参加交流的教师观看了{number + 3}个兴趣小组的活动，"
            "并就器材共用、家长参与和安全管理交换了意见（示例）。"
        ),
    ]
    stated = {"date": f"{day} 09:{10 + number:02}", "credit": "省教育厅（示例）"}
    return {"title": title, **stated, "lines": lines}

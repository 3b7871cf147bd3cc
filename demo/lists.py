"""The demo's own lists for the screen: small, invented, and labelled as samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_HEAD = "# 示例词表，由 `caibian demo` 生成；正式词表由办公室按规定制定。\n"
_FILES = {
    "forbidden.txt": "# 一行一个词\n代开发票\n出售公章\n保本高息理财\n",
    "careful.yaml": (
        "sample: true\n"
        "words:\n"
        "  - {word: 史上最大, note: 绝对化用语}\n"
        "  - {word: 国家级最佳, note: 绝对化用语}\n"
        "  - {word: 独家, unless: [独家院落, 独家独户], note: 核对是否有依据}\n"
    ),
    "names.yaml": (
        "sample: true\n"
        "names:\n"
        "  - {right: 云湖州, wrong: [云湖自治州, 云湖地区]}\n"
        "  - {right: 省政务服务和数据管理局, wrong: [省政务服务管理局, 省大数据局], note: 机构改革后的名称}\n"
    ),
    "reprint.txt": "# 时政类稿件可以转载的单位（示例）\n新华社\n人民日报\n中国政府网\n",
}


def describe_screen() -> dict[str, Any]:
    """Say what the demo's portal.yaml names as lists."""
    return {
        "words": [
            {"name": "禁用词（示例）", "level": "block", "file": "screen/forbidden.txt"},
            {"name": "慎用词（示例）", "level": "confirm", "file": "screen/careful.yaml"},
        ],
        "names": ["screen/names.yaml"],
        "reprint_sources": "screen/reprint.txt",
        "political_words": ["党中央", "国务院", "总书记"],
    }


def write_lists(folder: Path) -> None:
    """Write the lists beside the demo's portal.yaml."""
    (folder / "screen").mkdir(exist_ok=True)
    for name, text in _FILES.items():
        (folder / "screen" / name).write_text(_HEAD + text, encoding="utf-8")

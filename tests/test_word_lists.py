"""The screen's lists are read strictly: every fault with file, line and column, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from errors import ConfigurationError
from portal import Portal, load_portal
from sample import PORTAL

WORDS = "screen: {words: [{name: 禁用词, level: block, file: a.txt}]}\n"


def _load(folder: Path, screen: str, **files: str | bytes) -> Portal:
    (folder / "portal.yaml").write_text(PORTAL + screen, encoding="utf-8")
    for name, text in files.items():
        raw = text if isinstance(text, bytes) else text.encode()
        (folder / name.replace("_", ".")).write_bytes(raw)
    return load_portal(folder / "portal.yaml")


def _faults(folder: Path, screen: str, **files: str | bytes) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        _load(folder, screen, **files)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def test_plain_and_yaml_lists_are_read_with_their_level(tmp_path: Path) -> None:
    lists = _load(
        tmp_path,
        "screen:\n"
        "  words:\n"
        "    - {name: 禁用词, level: block, file: a.txt}\n"
        "    - {name: 慎用词, level: confirm, file: b.yaml}\n"
        "  names: c.yaml\n"
        "  reprint_sources: d.txt\n"
        "  political_words: [国务院]\n",
        a_txt="# 一行一个\n\n代开发票 # 说明\n出售公章\n",
        b_yaml="sample: true\nwords:\n  - 史上最大\n  - {word: 独家, unless: 独家院落, note: 核对}\n",
        c_yaml="names:\n  - {right: 云湖州, wrong: [云湖自治州, 云湖地区]}\n",
        d_txt="新华社\n人民日报\n",
    ).screen.lists
    assert [(one.word, one.level, one.right) for one in lists.words] == [
        ("代开发票", "block", None),
        ("出售公章", "block", None),
        ("史上最大", "confirm", None),
        ("独家", "confirm", None),
        ("云湖自治州", "confirm", "云湖州"),
        ("云湖地区", "confirm", "云湖州"),
    ]
    assert lists.words[3].unless == ("独家院落",)
    assert lists.units == ("新华社", "人民日报")


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    before = _load(tmp_path, WORDS, a_txt="代开发票\n").screen.lists.version
    assert _load(tmp_path, WORDS, a_txt="代开发票\n# 说明\n").screen.lists.version == before
    assert _load(tmp_path, WORDS, a_txt="代开发票\n出售公章\n").screen.lists.version != before


@pytest.mark.parametrize(
    ("screen", "files", "told"),
    [
        (WORDS, {}, ":50: there is no file a.txt"),
        (WORDS.replace("a.txt", "a.doc"), {}, ":50: `a.doc` is no list"),
        (WORDS.replace("block", "stop"), {"a_txt": "词语\n"}, ":37: `level` is `stop`"),
        (WORDS, {"a_txt": "代开发票\n  词\n"}, "a.txt:2:3: `词` is too short"),
        (WORDS, {"a_txt": "词语\n别的\n词语\n"}, "a.txt:3:1: the word `词语` stands twice"),
        (WORDS, {"a_txt": "词语\n词\u200b语\n"}, "a.txt:2:2: U+200B cannot be seen"),
        (WORDS, {"a_txt": "词语\n".encode() + b"\xb4\xca"}, "a.txt:2:1: byte 0xb4 is not UTF-8"),
        (
            WORDS.replace("a.txt", "a.yaml"),
            {"a_yaml": "words:\n  - {wrod: 词语}\n"},
            "a.yaml:2:6: unknown key",
        ),
        (WORDS.replace("a.txt", "a.yaml"), {"a_yaml": "word: [词语]\n"}, "a.yaml:1:1: "),
        ("screen: {names: n.txt}\n", {"n_txt": "词语\n"}, "n.txt:1:1: is a plain file"),
    ],
)
def test_every_fault_is_named_with_its_place(
    tmp_path: Path, screen: str, files: dict[str, str | bytes], told: str
) -> None:
    faults = _faults(tmp_path, screen, **files)
    assert any(told in fault for fault in faults), faults

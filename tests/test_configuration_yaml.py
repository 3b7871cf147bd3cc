"""Strict YAML: what is refused before anything is understood, and that no bytes at all can do harm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from errors import ConfigurationError
from portal import check_portal, load_portal
from sources import check_sources, load_sources
from yamlfile import Plain, parse_document, read_document

BAD: dict[str, tuple[bytes, int, int, str]] = {
    "empty": (b"", 1, 1, "the file is empty"),
    "comments only": ("# 只有注释\n".encode(), 1, 1, "the file is empty"),
    "a list": (b"- a\n", 1, 1, "the file is not a mapping"),
    "a word": (b"agencies\n", 1, 1, "the file is not a mapping"),
    "GBK": ("a: 1\n名称: 教育厅\n".encode("gbk"), 2, 1, "is not UTF-8, expected a file saved as UTF-8"),
    "UTF-16": ("a: 1\n".encode("utf-16"), 1, 1, "byte 0xff is not UTF-8"),
    "one bad byte": ("a: 1\nb: 教\n".encode() + b"c: \xe6\n", 3, 4, "byte 0xe6 is not UTF-8"),
    "a tab for an indent": (b"a:\n\tb: 1\n", 2, 1, "a tab, expected spaces"),
    "a tab behind a colon": (b"a:\tb\n", 1, 3, "a tab, expected spaces"),
    "a NUL": (b"a: \x00\n", 1, 4, "U+0000"),
    "zero width": ("a: 1\nb: 教\u200b育\n".encode(), 2, 5, "U+200B (zero width space)"),
    "right to left": ("a: \u202egv\n".encode(), 1, 4, "U+202E"),
    "a soft hyphen": ("a: b\u00adc\n".encode(), 1, 5, "U+00AD"),
    "an uneven indent": (b"a:\n    b: 1\n  c: 2\n", 3, 3, "expected"),
    "a full-width colon": (
        "a:\n  - k: 1\n    名：1\n    name：2\n    b: 3\n".encode(),
        4,
        9,
        "a full-width colon",
    ),
    "no space behind a colon": (b"a: 1\nname:x\nb: 3\n", 2, 5, "no space behind the colon"),
    "no end of quotes": (b"a: 'b\n", 2, 1, "not YAML"),
    "no end of brackets": (b"a: [b\n", 2, 1, "not YAML"),
    "an impossible escape": (b'a: "\\UFFFFFFFF"\n', 1, 1, "not YAML"),
    "two documents": (b"a: 1\n---\nb: 2\n", 2, 1, "a second document"),
    "YAML 1.1": (b"%YAML 1.1\n---\na: 1\n", 1, 1, "a % directive"),
    "a list as a key": (b"? [a]\n: b\n", 1, 3, "as a key"),
    "an alias as a key": (b"a: 1\n*a : b\n", 2, 1, "an alias `*a`"),
    "too deep": (b"a: " + b"[" * 40 + b"]" * 40, 1, 15, "nested deeper than 12 levels"),
    "too long": (b"a: " + b"b" * 1_000_000, 1, 1, "longer than 1 MB"),
    "an alias bomb": (
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        1,
        4,
        "an anchor `&a`, expected the value itself",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_strict_yaml_is_named(tmp_path: Path, name: str) -> None:
    raw, line, column, words = BAD[name]
    path = tmp_path / "sources.yaml"
    path.write_bytes(raw)
    with pytest.raises(ConfigurationError) as caught:
        load_sources(path)
    faults = caught.value.faults
    assert any((fault.line, fault.column) == (line, column) and words in fault.message for fault in faults), (
        faults
    )


def test_a_file_that_cannot_be_followed_says_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "portal.yaml"
    path.write_bytes(b"a: [b\n")
    with pytest.raises(ConfigurationError) as caught:
        load_portal(path)
    assert len(caught.value.faults) == 1


def test_every_alias_and_anchor_is_named() -> None:
    document = parse_document(BAD["an alias bomb"][0], "x")
    assert len(document.faults) == 3 + 6


def test_the_first_of_two_equal_keys_stays() -> None:
    document = parse_document(b"a: 1\na: {b: 2}\na: 3\nb: 4\n", "x")
    assert document.data == {"a": "1", "b": "4"}
    assert [(fault.line, fault.column) for fault in document.faults] == [(2, 1), (3, 1)]


def test_scalars_stay_text_and_know_whether_they_were_quoted() -> None:
    document = parse_document(
        b"a: 0971\nb: '1'\nc: ~\nd:\ne: 12:30:45\nf: yes\ng: [1, 2]\nh: |\n  x\n  y\n", "x"
    )
    assert document.data == {
        "a": "0971",
        "b": "1",
        "c": None,
        "d": None,
        "e": "12:30:45",
        "f": "yes",
        "g": ("1", "2"),
        "h": "x\ny\n",
    }
    assert isinstance(document.look_up(("a",)), Plain)
    assert not isinstance(document.look_up(("b",)), Plain)
    assert document.look_up(("g", 5)) is None
    assert document.look_up(("a", "b")) is None


def test_a_missing_file_is_one_fault(tmp_path: Path) -> None:
    document = read_document(tmp_path / "no.yaml")
    assert [str(fault) for fault in document.faults] == [
        f"{tmp_path / 'no.yaml'}:1:1: cannot be read (No such file or directory), expected a YAML file"
    ]


KEYS = ["agencies: ", "sources:", "allow_networks:", "network: ", "defaults: ", "every: ", "key: ", "zones:"]
VALUES = ["columns:", "when: ", "rules:", "169.254.0.0/16", "http://[", "0971", "教育厅", "~"]
SIGNS = ["- ", "  ", "\n", "\t", "[", "]", "{", "}", ",", ": ", "? ", "'", '"', "\\", "#", "\u200b"]
TRICKS = ["&a ", "*a", "!!str ", "<<: ", "---", "%YAML 1.2"]
WORDS = st.sampled_from([*KEYS, *VALUES, *SIGNS, *TRICKS])


@given(st.binary(max_size=400) | st.lists(WORDS, max_size=60).map(lambda words: "".join(words).encode()))
@example(b'"\\uD800": 1')
@example(b"agencies: {a: 1}\nsources: {b: [1]}\nallow_networks: [[1], {network: {}}]")
@example(b"zones: [{columns: 1}, 2, {columns: [{key: [1], slug: {}}]}]\nrules: 1\nduties: [{ends: [1]}]")
@example(b"agencies: []\nsources: [{id: a-b, agency: [a], address: 'http://[', enabled: {}}]")
def test_no_bytes_bring_the_loader_down(raw: bytes) -> None:
    document = parse_document(raw, "x")
    for read, faults in (check_sources(document, ["a"]), check_portal(document, ["a"], ["a-b"])):
        assert (read is None) == bool(faults)
        for fault in faults:
            assert fault.line >= 1
            assert fault.column >= 1
            assert fault.message


@pytest.mark.parametrize("piece", ["[", "{", "- ", "? ", "a: ", "'", '"', "!", "&a ", "x" * 900 + "\n"])
def test_a_hostile_megabyte_is_refused_in_time(piece: str) -> None:
    raw = (piece * (200_000 // len(piece))).encode()
    started = time.process_time()
    assert parse_document(raw, "x").faults
    assert time.process_time() - started < 5

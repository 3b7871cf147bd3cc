"""Old addresses lead to new ones of this portal and to nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from caibian import cli
from errors import UserFault
from publish.redirects import follow, read_lines, write_maps


def test_a_file_is_read_line_by_line() -> None:
    text = "\ufeff# old portal\n/a.htm /b/\n\n/c.htm,/articles/2026/11/1.html\n/d.htm\t/b/\n"
    assert read_lines(text, "f") == {"/a.htm": "/b/", "/c.htm": "/articles/2026/11/1.html", "/d.htm": "/b/"}


@pytest.mark.parametrize(
    "line",
    [
        "/a https://evil.example/",
        "/a //evil.example/",
        "/a /\\evil.example",
        "/a evil",
        "https://old.example/a /b",
        '/a" /b',
        "/a /b;return",
        "/a /$host",
        "/a /b{",
        "/ /b",
        "/articles/2026/11/1.html /b",
        "/static/x.css /b",
        "/a /../b",
        "/a",
        "/a /b /c",
        f"/{'x' * 500} /b",
    ],
)
def test_what_leads_away_or_is_no_address_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(UserFault, match="f:2: "):
        read_lines(f"# first\n{line}\n", "f")


def test_one_old_address_has_one_new_one() -> None:
    with pytest.raises(UserFault, match="keep one"):
        read_lines("/a /b\n/a /c\n", "f")


def test_chains_are_followed_and_circles_refused() -> None:
    assert follow({"/a": "/b", "/b": "/c"}) == {"/a": "/c", "/b": "/c"}
    with pytest.raises(UserFault, match="leads back"):
        follow({"/a": "/b", "/b": "/a"})


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_accepted_is_one_line_of_the_map(old: str, new: str) -> None:
    try:
        moved = read_lines(f"{old} {new}", "f")
        text = "".join(write_maps(moved).values())
    except UserFault:
        return
    assert len(text.splitlines()) == len(moved)
    for line in text.splitlines():
        assert line.count('"') == 4
        assert line.endswith('";')
        assert line.split('" "')[1].startswith("/")


def test_the_commands_keep_list_and_forget(tmp_path: Path) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, ["redirect", *words], env={"CAIBIAN_HOME": str(tmp_path / "var")})

    file = tmp_path / "old.txt"
    file.write_text("/a.htm /columns/bumen/\n/b.htm /a.htm\n", encoding="utf-8")
    assert run("load", str(file)).exit_code == 0
    assert '{"old": "/a.htm", "new": "/columns/bumen/"}' in run("list", "--json").stdout
    file.write_text("/columns2/ /b.htm\n/a.htm /columns2/\n", encoding="utf-8")
    assert isinstance(run("load", str(file)).exception, UserFault)
    assert run("remove", "/b.htm").exit_code == 0
    assert "/b.htm" not in run("list").stdout.split()

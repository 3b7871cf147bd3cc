"""The screen on the terminal: a list changes, what is new is named, confirmed, allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caibian import cli
from errors import CaibianError
from sample import NOW, PORTAL, SOURCES
from store.accounts import add_account
from store.database import Database

SCREEN = "screen: {words: [{name: 慎用词, level: confirm, file: words.txt}]}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one written item that waits, and two people."""
    (tmp_path / "portal.yaml").write_text(PORTAL + SCREEN, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "words.txt").write_text("别的词\n", encoding="utf-8")
    (tmp_path / "a.md").write_text("---\ntitle: 雪线条约路通车\ncolumn: bumen\n---\n通车。", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("CAIBIAN_HOME", "CAIBIAN_DATABASE_URL", "CAIBIAN_SOURCES", "CAIBIAN_PORTAL"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "var"
    home.mkdir()
    database = Database.open(f"sqlite:///{home / 'caibian.sqlite'}", home)
    with database.write() as connection:
        for who, role in (("ann", "editor"), ("bo", "editor"), ("chi", "chief")):
            add_account(connection, who, [role], None, NOW)
    database.close()
    return tmp_path


def _run(*words: str) -> Result:
    result = CliRunner().invoke(cli, words)
    if isinstance(result.exception, CaibianError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def _rows(*words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in _run(*words, "--json").stdout.splitlines()]


def test_a_changed_list_is_screened_named_confirmed_and_allowed(folder: Path) -> None:
    _run("submit", "a.md", "--as", "ann")
    assert _rows("screen") == []
    (folder / "words.txt").write_text("雪线条约\n", encoding="utf-8")
    (raised,) = _rows("screen")
    assert (raised["item"], raised["level"], raised["public"]) == (1, "confirm", False)
    assert _rows("screen") == []
    (found,) = _rows("confirm", "1@1")
    with pytest.raises(CaibianError, match="made this revision"):
        _run("confirm", "1@1", str(found["id"]), "--as", "ann")
    _run("confirm", "1@1", str(found["id"]), "--as", "bo")
    _run("decide", "1@1", "approve", "--as", "bo")
    with pytest.raises(CaibianError, match="chief"):
        _run("allow", "雪线条约路", "--reason", "路名", "--as", "bo")
    _run("allow", "雪线条约路", "--reason", "路名", "--as", "chi")
    (allowed,) = _rows("allow")
    assert (allowed["phrase"], allowed["reason"], allowed["made_by"]) == ("雪线条约路", "路名", "chi")
    _run("allow", "--end", str(allowed["id"]), "--as", "chi")
    assert _rows("allow") == []
    _run("audit", "verify")


@pytest.mark.parametrize(
    "words", [("confirm", "1"), ("allow", "词语"), ("allow", "词语", "--end", "1"), ("allow", "--end", "9")]
)
def test_what_cannot_be_done_says_why(folder: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(CaibianError):
        _run(*words)

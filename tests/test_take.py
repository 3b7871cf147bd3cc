"""人工采集: a page that a person names is fetched as the crawl would, once, and never from inside."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from caibian import cli
from errors import UserFault

sys.path.insert(0, str(Path(__file__).parent / "servers"))

from sites import Reply, run_sites, write_article
from world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A site with one source of ours, one without, and an editor."""
    with run_sites() as sites:
        made = World(tmp_path, sites)
        made.add("news", "a.localhost", "/news/")
        pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"
        link = '<p><a href="/f.pdf">安排表.pdf</a></p>'
        linked = write_article("关于做好示例工作的通知", extra=link)
        pages: dict[str, Reply | bytes] = {"/news/1.html": linked, "/f.pdf": pdf}
        sites.add("a.localhost", pages)
        sites.add(
            "b.localhost",
            {"/x/2.html": write_article("关于另一件示例事情的公告"), "/gone.html": Reply(b"", 404)},
        )
        yield made


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Give a command, as on the terminal; a fault of the user's is told in its words."""
    _, env = world.command({})
    for name, value in env.items():
        if name.startswith("CAIBIAN") or name == "http_proxy":
            monkeypatch.setenv(name, value)

    def invoke(*words: str) -> str:
        done = CliRunner().invoke(cli, list(words))
        assert done.exception is None or isinstance(done.exception, UserFault), done.exception
        return str(done.exception or done.output)

    return invoke


def test_a_page_is_taken_by_hand_and_known_from_then_on(world: World, run: Callable[..., str]) -> None:
    run("user", "add", "liu", "--role", "editor")
    run("user", "add", "sub", "--role", "submitter")
    address = world.sites.address("a.localhost", "/news/1.html")
    assert "1@1 is waiting" in run("take", address, "--as", "liu")
    assert world.select("SELECT kind, agency FROM items") == [("collected", "jyt")]
    ((form,),) = world.select("SELECT form FROM revisions")
    read = json.loads(form)
    assert read["title"] == "关于做好示例工作的通知"
    assert read["address"] == address
    assert [file["name"] for file in read["attachments"]] == ["安排表.pdf"]
    assert world.select("SELECT actor, action, reason FROM log WHERE action = 'take'") == [
        ("liu", "take", address)
    ]
    asked = len(world.sites.log)
    assert "here already: 1@1 is waiting" in run("take", f"{address}#top", "--as", "liu")
    assert len(world.sites.log) == asked
    # a site where no source of ours stands: a person is told to look
    other = world.sites.address("b.localhost", "/x/2.html")
    assert "2@1 is waiting" in run("take", other, "--as", "liu")
    assert world.select("SELECT agency FROM items WHERE id = 2") == [(None,)]
    assert any("不在来源清单" in word for (word,) in world.select("SELECT word FROM revision_doubts"))
    # what cannot be had is told, and kept with the address
    gone = world.sites.address("b.localhost", "/gone.html")
    assert "answers 404" in run("take", gone, "--as", "liu")
    assert world.select("SELECT item, last_error FROM sightings WHERE address LIKE '%gone%'") == [
        (None, "http: answers 404")
    ]
    assert "no editor" in run("take", gone, "--as", "sub")
    for odd in ("file:///etc/passwd", "javascript:alert(1)", "x"):
        assert "no address of a page" in run("take", odd, "--as", "liu")


def test_nothing_inside_is_taken(world: World, run: Callable[..., str]) -> None:
    run("user", "add", "liu", "--role", "editor")
    for address in ("http://169.254.169.254/latest/meta-data/", "http://[::1]:1/"):
        assert "guarded" in run("take", address, "--as", "liu")
    assert world.select("SELECT count(*) FROM items") == [(0,)]

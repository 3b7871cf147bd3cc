"""Releases are immutable directories: a reader sees one whole release, whatever happens to the writer."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import PublishError
from publish.listing import Draft
from publish.trees import TreeStore


def open_trees(folder: Path) -> TreeStore:
    trees = TreeStore(folder / "site")
    trees.prepare()
    return trees


def write(trees: TreeStore, base: str | None, files: dict[str, str | None]) -> str:
    drafts: dict[str, Draft | None] = {
        path: None if text is None else trees.draft(text.encode()) for path, text in files.items()
    }
    return trees.change(base, drafts)


def serve(trees: TreeStore, number: int, tree: str) -> None:
    trees.point(number, tree)
    trees.sync()
    trees.switch(number)


def read_all(folder: Path) -> dict[str, str]:
    return {
        f"/{Path(at, name).relative_to(folder)}": Path(at, name).read_text()
        for at, _, names in os.walk(folder, followlinks=True)
        for name in names
    }


def test_a_change_makes_only_the_directories_on_its_way(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    first = write(trees, None, {"/index.html": "1", "/a/x.html": "x", "/b/y.html": "y"})
    second = write(trees, first, {"/a/x.html": "X"})
    root = tmp_path / "site" / "trees"
    assert (root / first / "b").readlink() == (root / second / "b").readlink()
    assert (root / first / "a").readlink() != (root / second / "a").readlink()
    assert (root / first / "index.html").stat().st_ino == (root / second / "index.html").stat().st_ino
    assert read_all(root / first)["/a/x.html"] == "x"
    assert not stat.S_IMODE((root / second / "a" / "x.html").stat().st_mode) & 0o222


def test_a_directory_that_becomes_empty_is_gone(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    first = write(trees, None, {"/index.html": "1", "/a/b/x.html": "x"})
    second = write(trees, first, {"/a/b/x.html": None})
    assert read_all(tmp_path / "site" / "trees" / second) == {"/index.html": "1"}


edits = st.dictionaries(
    st.sampled_from(["/i", "/a/x", "/a/y", "/b/c/z", "/b/c/w", "/d/v"]),
    st.one_of(st.none(), st.sampled_from(["1", "2", "3"])),
    min_size=1,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(edits, min_size=1, max_size=6))
def test_changes_upon_changes_give_the_tree_that_a_full_build_gives(
    tmp_path_factory: pytest.TempPathFactory, story: list[dict[str, str | None]]
) -> None:
    trees = open_trees(tmp_path_factory.mktemp("trees"))
    tree = write(trees, None, {"/root": "stays"})
    content = {"/root": "stays"}
    for edit in story:
        tree = write(trees, tree, edit)
        content = {path: text for path, text in {**content, **edit}.items() if text is not None}
        assert read_all(trees.root / "trees" / tree) == content
        assert list(trees.check(tree)) == []
    other = open_trees(tmp_path_factory.mktemp("full"))
    assert write(other, None, dict(content)) == tree


@settings(max_examples=20, deadline=None)
@given(st.lists(edits, min_size=1, max_size=6), st.booleans())
def test_directories_made_of_old_ones_hold_what_others_hold_and_spares_only_what_is_served(
    tmp_path_factory: pytest.TempPathFactory, story: list[dict[str, str | None]], anew: bool
) -> None:
    with mock.patch.multiple("publish.trees", LARGE=0, HUGE=0):
        trees = open_trees(tmp_path_factory.mktemp("trees"))
        content: dict[str, str | None] = {"/root": "stays", "/a/x": "1", "/b/c/z": "2"}
        tree = write(trees, None, content)
        serve(trees, 1, tree)
        for number, edit in enumerate(story, start=2):
            content = {path: text for path, text in {**content, **edit}.items() if text is not None}
            full = anew and number % 3 == 0
            tree = write(trees, None if full else tree, content if full else edit)
            serve(trees, number, tree)
            trees.prune({number - 1, number})
            assert read_all(trees.root / "trees" / tree) == content
            assert list(trees.check(tree)) == []
            spares = (trees.root / "spares").glob("*/*")
            left = {(file.name, file.read_text()) for file in spares if file.is_file()}
            served = {(Path(path).name, text) for path, text in content.items()}
            assert left <= served


def test_changes_that_follow_each_other_each_begin_with_a_spare(tmp_path: Path) -> None:
    def list_spares() -> list[set[tuple[str, str]]]:
        folders = [one for one in (trees.root / "spares").iterdir() if one.is_dir() and (one / "x").exists()]
        return [{(file.name, file.read_text()) for file in folder.iterdir()} for folder in folders]

    with mock.patch.multiple("publish.trees", LARGE=2, HUGE=2):
        trees = open_trees(tmp_path)
        tree = write(trees, None, {f"/a/{name}": "0" for name in "xyz"})
        for number in range(1, 4):
            tree = write(trees, tree, {"/a/y": str(number)})
            serve(trees, number, tree)
        assert list_spares() == []  # the kept releases need what they took
        for number in (1, 2):
            trees.prune(range(number + 1, 4))
        assert list_spares() == [{("x", "0"), ("y", "3"), ("z", "0")}] * 2
        tree = write(trees, tree, {"/a/z": None})
        assert list_spares() == [{("x", "0"), ("y", "3")}]
        tree = write(trees, tree, {"/a/y": "4", "/a/new": "4"})
        assert list_spares() == []
    assert read_all(trees.root / "trees" / tree) == {"/a/x": "0", "/a/y": "4", "/a/new": "4"}
    assert list(trees.check(tree)) == []


def test_a_file_that_somebody_put_into_a_spare_is_not_served(tmp_path: Path) -> None:
    with mock.patch.multiple("publish.trees", LARGE=0, HUGE=0):
        trees = open_trees(tmp_path)
        tree = write(trees, None, {"/a/x": "1", "/a/y": "2"})
        (spare,) = (one for one in (trees.root / "spares").iterdir() if (one / "x").exists())
        time.sleep(0.05)  # the kernel counts a directory's changes by its own ticks
        (spare / "x").unlink()
        (spare / "x").write_text("foreign")
        (spare / "z").write_text("foreign")
        tree = write(trees, tree, {"/a/y": "3"})
    assert read_all(trees.root / "trees" / tree) == {"/a/x": "1", "/a/y": "3"}


def test_paths_that_leave_the_release_are_refused(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    for path in ("/../x", "/a/../../x", "/a//x", "/./x", "/a\n/x"):
        with pytest.raises(PublishError):
            write(trees, None, {path: "x"})


def test_what_somebody_changed_on_disk_is_named_and_set_right(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    files: dict[str, str | None] = {"/index.html": "1", "/a/x.html": "x", "/a/y.html": "y", "/b/z.html": "z"}
    tree = write(trees, None, files)
    root = trees.root / "trees" / tree
    (root / "a" / "x.html").chmod(0o644)
    (root / "a" / "x.html").write_text("forged")
    (root / "a" / "y.html").unlink()
    (root / "a" / "extra.html").write_text("forged")
    (root / "b").unlink()
    (root / "b").mkdir()
    assert sorted(trees.check(tree)) == [
        "/a/extra.html: does not belong to the release",
        "/a/x.html: was changed after it was published",
        "/a/y.html: is missing",
        "/b: does not point to its directory",
    ]
    trees.prepare()
    assert write(trees, None, files) == tree
    assert list(trees.check(tree)) == []


def test_a_full_build_writes_what_is_not_served_so_and_nothing_else(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    files = {f"/a/{name}.html": name for name in ("kept", "forged", "linked", "lost")} | {
        "/b/new.html": "old"
    }
    tree = write(trees, None, dict(files))
    folder = trees.root / "trees" / tree
    kept = (folder / "a" / "kept.html").stat().st_ino
    (folder / "a" / "forged.html").chmod(0o644)
    (folder / "a" / "forged.html").write_text("foreign")
    (folder / "a" / "lost.html").unlink()
    (folder / "a" / "linked.html").rename(tmp_path / "elsewhere")
    (folder / "a" / "linked.html").symlink_to(tmp_path / "elsewhere")
    for changed in ({}, {"/a/more.html": "more", "/b/new.html": "new"}):  # in the old directory, in a new one
        files |= changed
        trees.prepare()
        drafts = {path: trees.draft(text.encode(), path, tree) for path, text in files.items()}
        written = {file.read_text() for file in (trees.root / "drafts").iterdir()}
        assert written == (set(changed.values()) or {"forged", "linked", "lost"})
        tree = trees.change(None, drafts)
        assert list(trees.check(tree)) == []
        assert read_all(trees.root / "trees" / tree) == files
        assert (trees.root / "trees" / tree / "a" / "kept.html").stat().st_ino == kept
    assert (tmp_path / "elsewhere").read_text() == "linked"


def test_a_changed_listing_is_never_trusted(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    tree = write(trees, None, {"/index.html": "1"})
    note = trees.root / "listings" / tree
    note.write_bytes(note.read_bytes().replace(b"index", b"other"))
    with pytest.raises(PublishError, match="--full"):
        write(trees, tree, {"/a": "1"})
    assert write(trees, None, {"/index.html": "1"}) == tree
    assert list(trees.check(tree)) == []


def test_readers_only_ever_see_whole_releases(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    paths = ["/index.html", "/a/x.html", "/a/b/y.html", "/c/z.html"]
    tree = write(trees, None, dict.fromkeys(paths, "0"))
    serve(trees, 1, tree)
    torn: list[dict[str, str]] = []
    reads = 0
    stop = threading.Event()

    def read() -> None:
        nonlocal reads
        while not stop.is_set():
            release = Path(os.path.realpath(trees.root / "current"))
            found = read_all(release)
            reads += 1
            if sorted(found) != sorted(paths) or len(set(found.values())) != 1:
                torn.append(found)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(2, 60):
        tree = write(trees, tree, dict.fromkeys(paths, str(number)))
        serve(trees, number, tree)
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert reads > 20


def test_pruning_keeps_what_the_kept_releases_share(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    tree = write(trees, None, {"/shared/s.html": "s", "/index.html": "0"})
    serve(trees, 1, tree)
    for number in range(2, 6):
        tree = write(trees, tree, {"/index.html": str(number)})
        serve(trees, number, tree)
    assert trees.prune({4, 5}) == [1, 2, 3]
    assert trees.list_releases() == [4, 5]
    assert list(trees.check(tree)) == []
    assert len(list((trees.root / "trees").iterdir())) == len(list((trees.root / "listings").iterdir())) == 3


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path) -> None:
    trees = open_trees(tmp_path)
    serve(trees, 1, write(trees, None, {"/index.html": "1"}))
    (trees.root / "trees" / ".new-abc").mkdir()
    (trees.root / "trees" / ".new-abc" / "half.html").write_text("h")
    (trees.root / "drafts" / "half").write_text("h")
    again = open_trees(tmp_path)
    assert not list((again.root / "trees").glob(".*"))
    assert not list((again.root / "drafts").iterdir())
    assert again.find_served() == trees.find_served()

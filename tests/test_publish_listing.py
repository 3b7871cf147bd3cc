"""What a directory must hold is written as lines: found, changed and compared as a dictionary would be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publish.listing import Entry, Listing, compare

names = st.text(st.characters(codec="utf-8", exclude_characters="\n\0/"), min_size=1, max_size=4)
entries = st.builds(
    Entry, st.sampled_from(["file", "tree"]), st.sampled_from([letter * 64 for letter in "0a1b"])
)
folders = st.dictionaries(names, entries, max_size=40)


def write(folder: dict[str, Entry]) -> Listing:
    return Listing().change(folder)


@given(folders, st.dictionaries(names, st.none() | entries, max_size=20))
def test_a_change_gives_what_writing_it_anew_gives(
    folder: dict[str, Entry], edits: dict[str, Entry | None]
) -> None:
    after = {name: one for name, one in {**folder, **edits}.items() if one is not None}
    changed = write(folder).change(edits)
    assert changed.text == write(after).text
    assert dict(changed.items()) == after
    assert changed.size == len(after)
    assert [name for name, _ in changed.items()] == sorted(after)
    assert all(changed.find(name) == after.get(name) for name in {*folder, *edits, "?"})
    trees = {name: one.hash for name, one in after.items() if one.kind == "tree"}
    assert changed.list_trees() == trees


@given(folders, folders, st.booleans())
def test_a_comparison_names_what_differs_and_nothing_else(
    one: dict[str, Entry], other: dict[str, Entry], near: bool
) -> None:
    old, new = one, {**one, **other} if near else other
    differing = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    found = list(compare(write(old), write(new)))
    assert found == [(name, old.get(name), new.get(name)) for name in sorted(differing)]


def test_few_changes_among_very_many_names_are_found() -> None:
    many = {f"{number}.html": Entry("file", f"{number:064x}") for number in range(3000)}
    whole = write(many)
    edits = {"7.html": None, "1500.html": Entry("file", "f" * 64), "new.html": Entry("file", "e" * 64)}
    changed = whole.change(edits)
    assert {name for name, _, _ in compare(whole, changed)} == set(edits)
    assert changed.change({name: many.get(name) for name in edits}).hash == whole.hash

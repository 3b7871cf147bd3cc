"""Immutable directories named by the hash of their listing, and the releases that point to them.

Below `site/`: `trees/HASH/` holds files and links to other trees, `listings/HASH` says what must be in it,
`releases/N` points to a root tree, `current` to a release. A change makes only the directories on its way
anew; what is unchanged in them is a hard link. `current` is switched by os.replace: a reader sees one whole
release or the next one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from errors import PublishError
from publish.disk import (
    is_same,
    link_file,
    read_file,
    remove,
    remove_directory,
    replace_by_link,
    sync_path,
    write_new,
    write_whole,
)
from publish.listing import (
    Changes,
    Draft,
    Entry,
    Listing,
    compare,
    is_in_place,
    is_whole,
    nest,
)
from publish.spares import HUGE, LARGE, Spares, see_change

_MADE = ".made"  # beside a large directory's listing: when it was made, by the kernel's count
_FEW = 64  # files that are synced one by one; above, one sync of the whole system is cheaper


@dataclass(frozen=True)
class Served:
    """The release that `current` points to."""

    release: int
    tree: str


class TreeStore:
    """The trees and releases below one folder; one writer at a time, held by the publisher's lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._room, self._notes, self._trees = (str(root / one) for one in ("drafts", "listings", "trees"))
        self._spares = Spares(root / "spares")
        self._fresh: list[str] = []  # what is not durable yet, up to one more than is synced one by one
        self._uses: Counter[str] = Counter()
        self._drafts: set[str] = set()
        self._below: dict[str, dict[str, str]] = {}  # the directories in each tree
        self._few = LARGE  # names of a new directory that gets no spare
        self._sure = False

    def prepare(self) -> None:
        """Make the folders, and clear away what a killed publish left half made."""
        for name in ("trees", "listings", "releases"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.clear()
        for left in (self.root / "trees").glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        (self.root / "drafts").mkdir()
        self._spares.prepare()

    def clear(self) -> None:
        """Drop the drafts."""
        self._drafts.clear()
        shutil.rmtree(self.root / "drafts", ignore_errors=True)

    # --- writing ---

    def draft(self, raw: bytes, path: str = "", tree: str | None = None) -> Draft:
        """Put bytes on disk, read-only, for the next `change`, unless they stand at that path of a `tree`."""
        digest = hashlib.sha256(raw).hexdigest()
        if tree is not None and is_same(place := f"{self._trees}/{tree}{path}", raw):
            return Draft(digest, self._room, place)
        draft = Draft(digest, self._room)
        if digest not in self._drafts:
            self._drafts.add(digest)
            write_new(draft.file, raw)
        return draft

    def change(self, base: str | None, changes: Mapping[str, Draft | None], *, sure: bool = False) -> str:
        """Make the tree that is `base` with `changes` (path from the root to a draft, None takes away).

        A path that stands in `changes` has the draft's bytes afterwards, even where somebody had changed the
        bytes on disk; from a base that is `sure` to be right, so has all else of a directory that stood
        there already. Raises PublishError when a file or listing of the base is missing or wrong.
        """
        self._sure = sure
        drafts = (draft for draft in changes.values() if draft is not None and not draft.served)
        self._uses = Counter(draft.hash for draft in drafts)
        self._few = LARGE if base else HUGE
        if base is None:
            self._spares.clear()
        tree = self._change(base, nest(changes))
        if tree is None:
            raise PublishError("a release without any page")
        return tree

    def _change(self, base: str | None, changes: Changes, path: str = "") -> str | None:
        listing = self.read(base) if base else Listing()
        edits: dict[str, Entry | None] = {}
        drafts: dict[str, Draft] = {}
        for name, change in changes.items():
            if isinstance(change, Draft):
                edits[name] = Entry("file", change.hash)
                drafts[name] = change
            elif change is None:
                edits[name] = None
            else:
                known = listing.find(name)
                below = known.hash if known is not None and known.kind == "tree" else None
                tree = self._change(below, change, f"{path}/{name}")
                edits[name] = Entry("tree", tree) if tree is not None else None
        wanted = listing.change(edits)
        if not wanted.text:
            self._spares.drop(path)
            return None
        return self._keep(wanted, edits, drafts, base, path)

    def _keep(
        self,
        listing: Listing,
        edits: Collection[str],
        drafts: Mapping[str, Draft],
        base: str | None,
        path: str,
    ) -> str:
        digest = listing.hash
        target = self.root / "trees" / digest
        if not target.is_dir():
            self._make(target, listing, edits, drafts, base, path)
        else:
            if digest != base:
                self._spares.drop(path)
            self._mend(target, listing, drafts, base if self._sure and base != digest else None)
        if base is None and len(drafts) > self._few:  # made for the first time, or anew by a full build
            self._spares.copy(path, digest, target, drafts, listing.list_trees())
        note = self.root / "listings" / digest
        if not note.is_file() or note.read_bytes() != listing.text:
            write_whole(note, listing.text)
            self._note(str(note))
        return digest

    def _make(
        self,
        target: Path,
        listing: Listing,
        edits: Collection[str],
        drafts: Mapping[str, Draft],
        base: str | None,
        path: str,
    ) -> None:
        made = target.with_name(f".new-{target.name}")
        source = self.root / "trees" / (base or ".none")
        names = self._spares.begin(path, base, target.name, made, edits)
        wanted = listing.items() if names is None else ((name, listing.find(name)) for name in names)
        for name, entry in wanted:
            if entry is None:
                continue
            if entry.kind == "tree":
                (made / name).symlink_to(Path("..", entry.hash))
            elif name in drafts:
                self._take(drafts[name], f"{made}/{name}")
                self._note(f"{target}/{name}")
            else:  # thousands of them: words, not paths
                link_file(f"{source}/{name}", f"{made}/{name}")
        made.rename(target)
        if listing.size > LARGE:
            moment = str(see_change(target)).encode()
            write_whole(self.root / "listings" / f"{target.name}{_MADE}", moment)
        self._note(str(target))

    def _mend(self, target: Path, listing: Listing, drafts: Mapping[str, Draft], base: str | None) -> None:
        """Set right what somebody changed in a directory, by its drafts and else by a tree `base`, if any."""
        for name in {file.name for file in target.iterdir()}.difference(name for name, _ in listing.items()):
            remove(target / name)
        for name, entry in listing.items():
            place = target / name
            if entry.kind == "tree":
                if not place.is_symlink() or place.readlink() != Path("..", entry.hash):
                    replace_by_link(place, Path("..", entry.hash))
                continue
            draft = drafts.get(name)
            if draft is None and base is not None:
                draft = Draft(entry.hash, self._room, f"{self._trees}/{base}/{name}")
            if draft is not None and not is_in_place(draft, place):
                spare = target / f".mend-{name}"
                spare.unlink(missing_ok=True)
                self._take(draft, str(spare))
                remove_directory(place)
                spare.replace(place)
                self._note(str(place))

    def _take(self, draft: Draft, place: str) -> None:
        """Put a draft in its place: moved the last time that it is used, linked before."""
        self._uses[draft.hash] -= not draft.served
        if draft.served or self._uses[draft.hash]:
            link_file(draft.file, place)
        else:
            Path(draft.file).rename(place)
            self._drafts.discard(draft.hash)

    def _note(self, place: str) -> None:
        if len(self._fresh) <= _FEW:
            self._fresh.append(place)

    def point(self, release: int, tree: str) -> None:
        """Name a tree as a release."""
        replace_by_link(self.root / "releases" / str(release), Path("..", "trees", tree))

    def sync(self) -> None:
        """Make everything that was written durable, before the switch."""
        if len(self._fresh) > _FEW:
            os.sync()
        else:
            folders = {str(Path(path).parent) for path in self._fresh}
            for path in [*self._fresh, *folders, f"{self.root}/releases", str(self.root)]:
                sync_path(path)
        self._fresh.clear()

    def switch(self, release: int) -> None:
        """Serve a release from now on: one os.replace."""
        replace_by_link(self.root / "current", Path("releases", str(release)))
        sync_path(str(self.root))

    def prune(self, keep: Collection[int]) -> list[int]:
        """Remove the other releases, then every tree that none of the kept ones reaches; give the removed."""
        gone = [number for number in self.list_releases() if number not in keep]
        old = [tree for number in gone if (tree := self.find_release(number)) is not None]
        for number in gone:
            (self.root / "releases" / str(number)).unlink()
        marked: set[str] = set()
        for number in keep:
            tree = self.find_release(number)
            if tree is not None:
                self._mark(tree, marked)
        kept: set[str] = set()
        for tree in reversed(old):  # the newest is the most like what is served
            self._spare(tree, marked, kept)
        for folder in list((self.root / "trees").iterdir()):
            if folder.name not in marked:
                remove(folder.rename(folder.with_name(f".gone-{folder.name}")))
        for note in list((self.root / "listings").iterdir()):
            if note.name.partition(".")[0] not in marked:
                note.unlink()
        return gone

    def _mark(self, tree: str, marked: set[str]) -> None:
        if tree not in marked:
            marked.add(tree)
            for below in self._list_trees(tree).values():
                self._mark(below, marked)

    def _spare(self, tree: str, marked: Collection[str], kept: set[str]) -> None:
        """Keep the large directories of a removed release whose paths are served in another form now."""
        served = self.find_served()
        try:
            old, now = self._name_trees(tree), self._name_trees(served.tree) if served is not None else {}
            for path, one in old.items():
                wanted = one not in marked and path in now and path not in kept
                if wanted and self._is_as_made(one) and self._spares.has_room(path):
                    self._keep_spare(path, one, now[path])
                    kept.add(path)
        except PublishError:
            return  # a listing of what goes anyway was changed: nothing is kept of it

    def _keep_spare(self, path: str, old: str, served: str) -> None:
        """Keep a directory as a spare with all that is served now, so that the next change finds it whole."""
        stale, missing = [], []
        for name, before, after in compare(self.read(old), self.read(served)):
            stale += [name] if before is not None else []
            missing += [(name, after)] if after is not None else []
        files = [name for name, entry in missing if entry.kind == "file"]
        files = files[:HUGE]  # not all of a portal's first
        rest = {name for name, _ in missing}.difference(files)
        trees = self.root / "trees"
        self._spares.keep(path, trees / old, trees / served, stale, files, rest)

    def _is_as_made(self, tree: str) -> bool:
        """Say whether a directory is a large one into which nobody has put anything since it was made."""
        try:
            moment = self.root.joinpath("listings", f"{tree}{_MADE}").read_text()
        except OSError:
            return False
        return moment == str(see_change(self.root / "trees" / tree))

    def _name_trees(self, tree: str, path: str = "") -> dict[str, str]:
        """Give every directory of a release: its path and its hash."""
        found = {path: tree}
        for name, below in self._list_trees(tree).items():
            found |= self._name_trees(below, f"{path}/{name}")
        return found

    def _list_trees(self, tree: str) -> dict[str, str]:
        """Give the directories in a tree, read once; it is `read` that holds a listing to its hash."""
        if tree not in self._below:
            self._below[tree] = Listing(self._read_note(tree)).list_trees()
        return self._below[tree]

    # --- reading ---

    def read(self, tree: str) -> Listing:
        """Give what must be in a tree; raises PublishError where the listing is missing or was changed."""
        listing = Listing(self._read_note(tree))
        if listing.hash != tree:
            raise PublishError(f"{self.root / 'listings' / tree}: was changed: run `publish --full`")
        return listing

    def _read_note(self, tree: str) -> bytes:
        note = f"{self._notes}/{tree}"
        try:
            return read_file(note)
        except OSError as error:
            raise PublishError(f"{note}: cannot be read ({error.strerror}): run `publish --full`") from error

    def walk(self, tree: str, below: str = "") -> Iterator[tuple[str, str]]:
        """Give every file that must be in a tree: its path from the root, and its hash."""
        for name, entry in self.read(tree).items():
            if entry.kind == "file":
                yield f"{below}/{name}", entry.hash
            else:
                yield from self.walk(entry.hash, f"{below}/{name}")

    def find(self, tree: str, path: str) -> Entry | None:
        """Give what must stand at a path of a tree, None where nothing does."""
        *folders, name = path.strip("/").split("/")
        for folder in folders:
            entry = self.read(tree).find(folder)
            if entry is None or entry.kind != "tree":
                return None
            tree = entry.hash
        return self.read(tree).find(name)

    def locate(self, tree: str, path: str) -> Path:
        """Say where a path of a tree lies on disk."""
        return self.root / "trees" / tree / path.lstrip("/")

    def read_whole(self, tree: str, path: str, digest: str) -> bytes | None:
        """Read a file of a tree, None when it is not there with that hash."""
        try:
            raw = self.locate(tree, path).read_bytes()
        except OSError:
            return None
        return raw if hashlib.sha256(raw).hexdigest() == digest else None

    def list_releases(self) -> list[int]:
        """Give the numbers of the releases on disk."""
        folder = self.root / "releases"
        return sorted(int(link.name) for link in folder.iterdir() if link.name.isdigit())

    def find_release(self, release: int) -> str | None:
        """Give the root tree of a release, None when it is not on disk."""
        link = self.root / "releases" / str(release)
        return link.readlink().name if link.is_symlink() else None

    def find_served(self) -> Served | None:
        """Say which release `current` points to, None when there is none yet."""
        link = self.root / "current"
        if not link.is_symlink() or not link.readlink().name.isdigit():
            return None
        release = int(link.readlink().name)
        tree = self.find_release(release)
        return Served(release, tree) if tree is not None else None

    def check(self, tree: str, below: str = "") -> Iterator[str]:
        """Compare a tree on disk with its listing, every byte of it; give what is wrong, path first."""
        folder = self.root / "trees" / tree
        if not folder.is_dir():
            yield f"{below or '/'}: the directory is missing"
            return
        listing = dict(self.read(tree).items())
        for name in sorted({file.name for file in folder.iterdir()} - listing.keys()):
            yield f"{below}/{name}: does not belong to the release"
        for name, entry in listing.items():
            place = folder / name
            if entry.kind == "file":
                if not place.is_file() or place.is_symlink():
                    yield f"{below}/{name}: is missing"
                elif not is_whole(place, entry.hash):
                    yield f"{below}/{name}: was changed after it was published"
            elif not place.is_symlink() or place.readlink() != Path("..", entry.hash):
                yield f"{below}/{name}: does not point to its directory"
            else:
                yield from self.check(entry.hash, f"{below}/{name}")

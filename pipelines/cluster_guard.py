"""The guard: whether two alike items tell the same, or are two fillings of one template; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Indel

from classify.rules import read_doc_type
from pipelines.cluster_tokens import is_fact, same_fact, tokenize
from pipelines.cluster_words import excuse, is_name
from pipelines.dedupe import core_title, find_number, squash

SHORTEST = 40  # tokens: below, the words say too little and the attachments decide
_CONTAINED = 0.6  # of the shorter text must stand in the longer one
_COVERED = 0.3  # of the longer text: a round-up that quotes a brief is another item
_RUN = 3  # equal tokens between two differences that are more than chance
_SLOT = 20  # tokens: a longer difference is another paragraph, no slot of a template
_LENIENT = 300  # equal tokens of a news story that excuse a reworded place or two
_EXPLAINING = ("解读", "答复", "说明", "讲话")


@dataclass(frozen=True)
class Traits:
    """What of an item the guard compares; `files` are the hashes of its attachments."""

    title: str
    text: str
    doc_number: str | None = None
    index_number: str | None = None
    issuer: str | None = None
    files: tuple[str, ...] = ()
    published: str | None = None
    agency: str | None = None

    @cached_property
    def tokens(self) -> list[str]:
        """The text's tokens."""
        return tokenize(self.text)

    @cached_property
    def number(self) -> str | None:
        """The item's own document number, squashed: as read, or alone on one of its first lines."""
        return squash(self.doc_number) or find_number(self.text)

    @cached_property
    def core(self) -> str:
        """The title without what copies put before and behind it, squashed."""
        return core_title(self.title)


@dataclass(frozen=True)
class Verdict:
    """Whether two items belong together, how much of the shorter one they share (0 to 1), and why.

    A `conflict` keeps them apart however alike they are; without one they are merely not alike enough.
    """

    together: bool
    score: float
    reason: str
    conflict: bool = False
    same_document: bool = False


@dataclass(frozen=True)
class Difference:
    """One place where two texts differ: what each has there that the other has not, `edge` at head or tail.

    An insertion has nothing on one side; `after` is what follows on both.
    """

    mine: tuple[str, ...]
    other: tuple[str, ...]
    edge: bool = False
    after: str = ""


def compare(mine: Traits, other: Traits) -> Verdict:
    """Decide about two items; the same either way round."""
    conflict = find_conflict(mine, other)
    if conflict is not None:
        return Verdict(False, 0.0, conflict, conflict=True)
    if min(len(mine.tokens), len(other.tokens)) < SHORTEST:
        return _compare_short(mine, other)
    if _order(mine) > _order(other):
        mine, other = other, mine
    shared, differences = align(mine.tokens, other.tokens)
    shorter, longer = sorted((len(mine.tokens), len(other.tokens)))
    score = round(shared / shorter, 3)
    if score < _CONTAINED or shared / longer < _COVERED:
        return Verdict(False, score, f"正文只有 {score:.0%} 相同")
    conflict = _compare_titles(mine, other) or _find_slot_conflict(mine, other, shared, differences)
    if conflict is not None:
        return Verdict(False, score, conflict, conflict=True)
    numbered = mine.number is not None and mine.number == other.number
    words = [f"正文 {score:.0%} 相同"]
    words += ["发文字号相同"] if numbered else []
    words.append("标题相同" if mine.core == other.core else "标题不同")
    return Verdict(True, score, "，".join(words), same_document=numbered and shared / longer >= 0.9)


def find_conflict(mine: Traits, other: Traits) -> str | None:
    """Say what keeps two items apart however alike they are: numbers, issuing agency, kind of item."""
    if mine.number and other.number and mine.number != other.number:
        return "发文字号不同"
    if mine.issuer and other.issuer and not _same_agency(mine.issuer, other.issuer):
        return f"发文机关不同（{mine.issuer}、{other.issuer}）"
    indexes = {squash(one.index_number) for one in (mine, other) if one.index_number}
    if mine.agency == other.agency and len(indexes) == 2:  # each agency numbers its own catalogue
        return "索引号不同"
    explains = [read_doc_type(one.title) in _EXPLAINING for one in (mine, other)]
    return "一篇是文件，一篇是解读" if explains[0] != explains[1] else None


def align(mine: list[str], other: list[str]) -> tuple[int, list[Difference]]:
    """Lay two texts side by side: how many tokens they share in runs, and the places where they differ."""
    blocks = _join_blocks(mine, other)
    shared = sum(block.equal for block in blocks)
    differences = []
    for at, block in enumerate(blocks):
        if block.equal:
            continue
        # what is whole in the other one, in its order, was not replaced but had something put between
        left = mine[block.left : block.left_end] if block.deleted else []
        right = other[block.right : block.right_end] if block.inserted else []
        after = "".join(mine[block.left_end : block.left_end + 2])
        differences.append(Difference(tuple(left), tuple(right), at in (0, len(blocks) - 1), after))
    return shared, differences


@dataclass
class _Block:
    """A run of equal tokens (`equal` of them), or a difference with what was deleted and inserted in it."""

    left: int
    left_end: int
    right: int
    right_end: int
    equal: int = 0
    deleted: int = 0
    inserted: int = 0

    @property
    def size(self) -> int:
        return max(self.left_end - self.left, self.right_end - self.right)

    def take(self, other: _Block) -> None:
        self.left_end, self.right_end = other.left_end, other.right_end
        self.deleted += other.deleted
        self.inserted += other.inserted


def _join_blocks(mine: list[str], other: list[str]) -> list[_Block]:
    """Make blocks of the edits, equal runs that are chance joined to the differences around them."""
    made: list[_Block] = []
    for edit in Indel.opcodes(mine, other):
        new = _Block(edit.src_start, edit.src_end, edit.dest_start, edit.dest_end)
        if edit.tag == "equal":
            new.equal = new.left_end - new.left
        else:
            new.deleted, new.inserted = new.left_end - new.left, new.right_end - new.right
        if made and not new.equal and not made[-1].equal:
            made[-1].take(new)
        else:
            made.append(new)
    for chance in (_is_stray, _is_drowned):
        made = _drop_chance(made, chance)
    return made


def _drop_chance(blocks: list[_Block], is_chance: Callable[[_Block, _Block, _Block], bool]) -> list[_Block]:
    kept: list[_Block] = []
    for at, block in enumerate(blocks):
        between = bool(block.equal) and 0 < at < len(blocks) - 1
        chance = between and is_chance(kept[-1], block, blocks[at + 1])
        if chance or (kept and not block.equal and not kept[-1].equal):
            kept[-1].take(block)
        else:
            kept.append(block)
    return kept


def _is_stray(before: _Block, run: _Block, after: _Block) -> bool:
    return run.equal < _RUN


def _is_drowned(before: _Block, run: _Block, after: _Block) -> bool:
    return run.equal <= min(before.size, after.size)


def _compare_short(mine: Traits, other: Traits) -> Verdict:
    """A sentence and its attachments: one only when words, title and files all agree."""
    if mine.files and mine.files == other.files and mine.tokens == other.tokens:
        conflict = _compare_titles(mine, other)
        if conflict is None:
            return Verdict(True, 1.0, "文字和附件都相同")
        return Verdict(False, 1.0, conflict, conflict=True)
    if mine.files != other.files:
        return Verdict(False, 0.0, "正文很短，附件不同")
    return Verdict(False, 0.0, "正文太短，不足以判断")


def _compare_titles(mine: Traits, other: Traits) -> str | None:
    """Figures in the same slot of two titles that are built alike."""
    if mine.core == other.core:
        return None
    shared, differences = align(tokenize(mine.title), tokenize(other.title))
    if shared < 6:
        return None
    return next((found for one in differences if (found := _compare_facts(one))), None)


def _find_slot_conflict(
    mine: Traits, other: Traits, shared: int, differences: Iterable[Difference]
) -> str | None:
    news = _is_news(mine, other)
    slots = list(dict.fromkeys(one for one in differences if one.mine and one.other and _is_slot(one)))
    if news:  # what stands before and behind a story is its teller's
        slots = [one for one in slots if not one.edge]
    for one in slots:
        if found := _compare_facts(one):
            return found
    unexplained = [one for one in slots if not excuse("".join(one.mine), "".join(one.other))]
    if not unexplained:
        return None
    if news and shared >= _LENIENT and len(unexplained) <= 2:
        titles = mine.title + other.title
        sides = [("".join(side), one.after) for one in unexplained for side in (one.mine, one.other)]
        if not any(is_name(side, after, titles) for side, after in sides):
            return None
    one = min(unexplained, key=lambda found: len(found.mine) + len(found.other))
    return f"同一位置写的不同（{_tell(one.mine)}、{_tell(one.other)}）"


def _is_slot(one: Difference) -> bool:
    return min(len(one.mine), len(one.other)) <= _SLOT and max(len(one.mine), len(one.other)) <= 3 * _SLOT


def _compare_facts(one: Difference) -> str | None:
    mine = [token for token in one.mine if is_fact(token)]
    other = [token for token in one.other if is_fact(token)]
    if not mine or not other:
        return None
    few, many = sorted((mine, other), key=len)
    missing = [token for token in few if not any(same_fact(token, found) for found in many)]
    if not missing:
        return None
    kind = "日期" if missing[0][0] == "@" else "数字"
    return f"同一位置的{kind}不同（{_tell(one.mine)}、{_tell(one.other)}）"


def _is_news(mine: Traits, other: Traits) -> bool:
    return not any(one.number or read_doc_type(one.title) for one in (mine, other))


def _same_agency(one: str, other: str) -> bool:
    one, other = squash(one), squash(other)
    return one in other or other in one


def _order(one: Traits) -> tuple[int, str]:
    return len(one.tokens), one.text


def _tell(tokens: Iterable[str]) -> str:
    words = "".join(token.lstrip("@#") for token in tokens)
    return words if len(words) <= 16 else f"{words[:15]}…"

"""Who may move a review from which state to which: one table, decided purely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from errors import NotAllowed
from store.tables import OPEN_STATES

EDITORS = frozenset({"editor", "chief"})

# action -> the states it starts from. Where it leads is `decide_move`'s, since approval may need two people.
ACTIONS: dict[str, tuple[str, ...]] = {
    "approve": ("waiting", "second"),
    "return": ("waiting", "second"),
    "reject": ("waiting", "second"),
    "hold": ("waiting", "second"),
    "reopen": ("held", "rejected", "returned", "withdrawn"),
    "withdraw": ("approved",),
}
_LEADS_TO = {
    "return": "returned",
    "reject": "rejected",
    "hold": "held",
    "reopen": "waiting",
    "withdraw": "withdrawn",
}
_NEEDS_REASON = frozenset({"return", "reject", "withdraw"})

# The whole table of legal moves, as the database's histories are checked against it (design.md, section 3).
LEGAL: frozenset[tuple[str | None, str]] = frozenset(
    [(None, "waiting"), (None, "draft"), ("draft", "signing"), ("signing", "waiting")]
    + [("waiting", to) for to in ("second", "approved", "rejected", "held", "returned")]
    + [("second", to) for to in ("second", "approved", "waiting", "rejected", "held", "returned")]
    + [(state, "waiting") for state in ("held", "rejected", "returned", "withdrawn")]
    + [("approved", to) for to in ("withdrawn", "superseded", "waiting", "second")]
    + [(state, "superseded") for state in OPEN_STATES]
    + [("superseded", "approved")]
)


@dataclass(frozen=True)
class Actor:
    """A person with the roles that the account holds; `columns` are an editor's own, None for every one."""

    id: str
    roles: frozenset[str]
    columns: frozenset[str] | None = None

    def may_see(self, column: str | None) -> bool:
        """Whether what stands in a column is this person's; what has none yet is everybody's."""
        return self.columns is None or column is None or column in self.columns


@dataclass(frozen=True)
class Standing:
    """What is known of a review when somebody decides about it."""

    state: str
    newest: bool
    kind: str
    made_by: str
    column_key: str | None
    passed: tuple[str, ...]  # who passed it so far, the first one first (`list_passes`)
    blocks: int
    confirms: int
    lifted: int = 0  # blocks that somebody cleared: they still need a second person


@dataclass(frozen=True)
class Wish:
    """What somebody wants done with a review; an approval may name a moment to go out at.

    `at_once` is an approval without the hold before release.
    """

    action: str
    column_key: str | None = None
    reason: str | None = None
    release_at: datetime | None = None
    at_once: bool = False


@dataclass(frozen=True)
class Move:
    """A move that is allowed: where it leads, in which column, and whether findings are cleared by it."""

    to_state: str
    column_key: str | None
    needs: int
    clears: bool = False


class Step(Protocol):
    """A row of the log that gave a revision a state."""

    @property
    def seq(self) -> int: ...
    @property
    def action(self) -> str: ...
    @property
    def to_state(self) -> str | None: ...
    @property
    def undoes(self) -> int | None: ...


_Step = TypeVar("_Step", bound=Step)


def list_passes(steps: Iterable[_Step]) -> list[_Step]:
    """Give the passes of one revision that count in its present round, from its log rows in their order.

    A pass that was undone does not count, and none does once the revision went anywhere but on.
    """
    passes: list[_Step] = []
    for step in steps:
        if step.undoes is not None:
            passes = [one for one in passes if one.seq != step.undoes]
        elif step.action == "approve" and step.to_state == "second":
            passes.append(step)
        elif step.to_state not in (None, "second", "approved"):
            passes.clear()
    return passes


def make_actor(name: str, grants: Iterable[tuple[str, str]]) -> Actor:
    """Make the person of (role, scope): an editor whose every grant names a column sees those alone."""
    held = set(grants)
    roles = frozenset(role for role, _ in held)
    bound = roles & EDITORS == {"editor"} and "auditor" not in roles and ("editor", "*") not in held
    return Actor(name, roles, frozenset(scope for role, scope in held if role == "editor") if bound else None)


def decide_move(standing: Standing, wish: Wish, actor: Actor, columns: Mapping[str, int]) -> Move:
    """Say where a wish leads, or raise NotAllowed with the reason.

    `columns` are the portal's open columns with the number of persons each asks for.
    """
    if wish.action not in ACTIONS:
        raise NotAllowed(f"{wish.action!r} is no decision; there are {', '.join(ACTIONS)}")
    if not actor.roles & EDITORS:
        raise NotAllowed(f"{actor.id} is no editor: deciding needs the role editor or chief")
    for key in (standing.column_key, wish.column_key):
        if not actor.may_see(key):
            raise NotAllowed(f"{key!r} is none of the columns of {actor.id}")
    if standing.state not in ACTIONS[wish.action]:
        allowed = " or ".join(ACTIONS[wish.action])
        raise NotAllowed(f"it is {standing.state}; {wish.action} starts from {allowed}")
    if wish.action in _NEEDS_REASON and not (wish.reason or "").strip():
        raise NotAllowed(f"{wish.action} needs a reason: the provider is told it")
    column = wish.column_key or standing.column_key
    if wish.column_key is not None and wish.column_key not in columns:
        raise NotAllowed(f"{wish.column_key!r} is no column of the portal: {', '.join(sorted(columns))}")
    if wish.action == "approve":
        return _decide_approval(standing, wish, actor, column, columns)
    if wish.action == "return" and standing.kind != "submitted":
        raise NotAllowed("only what an agency submitted can be returned; reject or hold it instead")
    if wish.action == "reopen" and not standing.newest:
        raise NotAllowed("a newer revision of this item exists: decide about that one")
    return Move(_LEADS_TO[wish.action], column, columns.get(column or "", 1))


def _decide_approval(
    standing: Standing, wish: Wish, actor: Actor, column: str | None, columns: Mapping[str, int]
) -> Move:
    if column is None or column not in columns:
        raise NotAllowed("it has no column yet: name one with --column")
    if actor.id == standing.made_by:
        raise NotAllowed(f"{actor.id} made this revision: another person must approve it")
    if actor.id in standing.passed:
        raise NotAllowed(f"{actor.id} passed it before: each review needs another person")
    reason = (wish.reason or "").strip()
    if standing.blocks and not ("chief" in actor.roles and reason):
        raise NotAllowed(
            f"{standing.blocks} finding(s) block it: only a chief editor, with a reason, clears them"
        )
    if standing.confirms:
        raise NotAllowed(
            f"{standing.confirms} finding(s) ask for a second look: confirm each with `caibian confirm`"
        )
    needs = max(columns[column], 2 if standing.blocks or standing.lifted or standing.passed else 1)
    clears = bool(standing.blocks)
    if len(standing.passed) + 1 < needs:
        return Move("second", column, needs, clears=clears)
    if needs > 2 and "chief" not in actor.roles:
        raise NotAllowed("the last of three reviews is a chief editor's")
    return Move("approved", column, needs, clears=clears)

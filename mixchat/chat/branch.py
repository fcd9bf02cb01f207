"""The branch of a chat that is on the screen, out of all that were ever written."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, overload

from mixchat.domain.turn import Outcome, Turn
from mixchat.storage.turns import Stub, TurnStore

_KEPT = 256
"""Turns held in memory; the others are read again when they are looked at."""
BEFORE_ALL: Final = ""
"""What is kept in place of a leaf while every turn is taken back; no turn has such an id."""


class Branch(Sequence[Turn]):
    """The turns from a chat's first to its `leaf`, read from disk one by one as they are needed.

    `changed` is called whenever the branch ends in another turn than before.
    """

    def __init__(self, store: TurnStore, chat: str, leaf: str | None, changed: Callable[[], None]) -> None:
        self._store = store
        self._chat = chat
        self._changed = changed
        self._stubs = _rooted(store.stubs(chat))
        self._read: OrderedDict[str, Turn] = OrderedDict()
        self._undone: list[str] = []
        self._arrived: set[str] = set()
        """Turns of other windows, and of the shell, that nobody was told of yet."""
        self._came_after: dict[str, str | None] = {}
        """By each turn that was sent in this session: the leaf that was on the screen then."""
        self._ids = [] if leaf == BEFORE_ALL else self._line(leaf) or self._branch(None)
        self._ids = self._beside_failed() or self._ids

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> Turn: ...
    @overload
    def __getitem__(self, index: slice) -> list[Turn]: ...
    def __getitem__(self, index: int | slice) -> Turn | list[Turn]:
        if isinstance(index, slice):
            return self.several(self._ids[index])
        return self.turn(self._ids[index])

    def __iter__(self) -> Iterator[Turn]:
        for start in range(0, len(self._ids), _KEPT):
            yield from self.several(self._ids[start : start + _KEPT])

    def several(self, ids: Sequence[str]) -> list[Turn]:
        """Return these turns, those that are not in memory read at once; the last of them are in memory then."""
        found = self._store.several([turn_id for turn_id in ids if turn_id not in self._read])
        turns = [found[turn_id] if turn_id in found else self._read[turn_id] for turn_id in ids]
        for turn in turns[-_KEPT:]:
            self._keep(turn)
        return turns

    def turn(self, turn_id: str) -> Turn:
        """Return any turn of the chat, on this branch or not.

        Raises:
            KeyError: the chat has no such turn.
        """
        turn = self._read.get(turn_id)
        if turn is None:
            turn = self._store.get(turn_id)
        self._keep(turn)
        return turn

    def _keep(self, turn: Turn) -> None:
        self._read[turn.id] = turn
        self._read.move_to_end(turn.id)
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the turns on the branch, oldest first."""
        return self._ids

    @property
    def stubs(self) -> list[Stub]:
        """What is known of each turn on the branch without reading it."""
        return [self._stubs[turn_id] for turn_id in self._ids]

    @property
    def leaf(self) -> str | None:
        """The id of the branch's last turn."""
        return self._ids[-1] if self._ids else None

    @property
    def settled_leaf(self) -> str | None:
        """The id of the branch's last turn that is not under way."""
        return next((turn_id for turn_id in reversed(self._ids) if not self.is_open(turn_id)), None)

    @property
    def place(self) -> str | None:
        """What brings this branch back after a restart: its leaf, `BEFORE_ALL`, or `None` if nothing was said."""
        return self.leaf or (BEFORE_ALL if self._stubs else None)

    def has(self, turn_id: str) -> bool:
        """Whether the chat has such a turn that was not deleted, on this branch or not."""
        return turn_id in self._stubs

    def is_last(self, turn_id: str) -> bool:
        """Whether nothing was ever said after this turn."""
        return self._newest_after(turn_id) is None

    def before(self, turn_id: str) -> list[str]:
        """Return the ids of the turns that led to `turn_id`, oldest first."""
        return self._line(self._stubs[turn_id].parent)

    def up_to(self, turn_id: str | None) -> list[Turn]:
        """Return the turns that led to `turn_id`, and that itself, oldest first; none where the chat begins."""
        return self.several(self._line(turn_id))

    def siblings(self, turn_id: str) -> list[str]:
        """Return the ids of the answers beside each other in a turn's place, this one included, in the order they were sent.

        What was taken back, and made room for something else, is none of them.
        """
        beside = self.beside(turn_id)
        if len(beside) == 1 or self.turn(turn_id).set_aside:
            return [turn_id]
        return [one for one in beside if not self.turn(one).set_aside]

    def beside(self, turn_id: str) -> list[str]:
        """Return the ids of all turns with the same parent, this one included, in the order they were sent."""
        return self.children(self._stubs[turn_id].parent)

    def taken_back(self, parent: str | None) -> list[Turn]:
        """Return the turns after this one that stand aside once something else is said in their place."""
        settled = [one for one in self.children(parent) if not self.is_open(one)]
        return [turn for turn in map(self.turn, settled) if not turn.set_aside]

    def is_open(self, turn_id: str) -> bool:
        """Whether a turn is under way, here or elsewhere."""
        return self._stubs[turn_id].outcome == Outcome.OPEN

    def children(self, parent: str | None) -> list[str]:
        """Return the ids of the turns that follow this one, in the order they were sent."""
        return [stub.id for stub in self._stubs.values() if stub.parent == parent]

    def put(self, turn: Turn) -> None:
        """Take in a new or a changed turn; a new one ends the branch that its parent is on."""
        new = turn.id not in self._stubs
        self._stubs[turn.id] = Stub(turn.id, turn.parent, len(turn.prompt), len(turn.reply), turn.outcome)
        self._read[turn.id] = turn
        if new:
            self._undone.clear()
            self._came_after[turn.id] = self.leaf
            self._end(self._line(turn.id))

    def refresh(self) -> bool:
        """Take over which turns others added, changed or deleted; return whether there were any.

        What was newly said after the last turn of this branch belongs to it from now on.
        """
        found = _rooted(self._store.stubs(self._chat))
        if found == self._stubs:
            return False
        new = [turn_id for turn_id in found if turn_id not in self._stubs]
        for turn_id, stub in self._stubs.items():
            if found.get(turn_id) != stub:
                self._read.pop(turn_id, None)
        self._stubs = found
        ids = [turn_id for turn_id in self._ids if turn_id in found]
        while after := [new_id for new_id in new if found[new_id].parent == (ids[-1] if ids else None)]:
            ids.append(after[-1])
            new.remove(after[-1])
        self._ids = ids
        self._arrived.update(new)
        return True

    def take_beside(self) -> bool:
        """Return whether anything of another window came beside a turn of this branch since this was last asked."""
        arrived, self._arrived = self._arrived, set()
        parents = {self._stubs[turn_id].parent for turn_id in self._ids}
        return any(self._stubs[one].parent in parents for one in arrived - {*self._ids} if one in self._stubs)

    def show(self, turn_id: str) -> None:
        """Switch to the newest branch through `turn_id`."""
        self._undone.clear()
        self._end(self._branch(turn_id))

    def leave_failed(self) -> None:
        """Where the branch ends in a turn that failed, end it in a complete answer beside that one, if there is any.

        What was on the screen before is preferred; else it is the newest.
        """
        if (ids := self._beside_failed()) is not None:
            self._end(ids)

    def _beside_failed(self) -> list[str] | None:
        last = self.leaf
        if last is None or self._stubs[last].outcome != Outcome.FAILED:
            return None
        beside = [one for one in self.siblings(last) if self._stubs[one].outcome == Outcome.COMPLETE]
        before = self._line(self._came_after.get(last))
        if set(beside) & set(before):
            return before
        return self._branch(beside[-1]) if beside else None

    def undo(self) -> Turn | None:
        """Step back before the last turn and return it; `redo` brings it back. `None`: there is none."""
        if not self._ids:
            return None
        self._undone.append(self._ids[-1])
        self._end(self._ids[:-1])
        return self.turn(self._undone[-1])

    @property
    def can_redo(self) -> bool:
        """Whether a turn that was undone can be brought back."""
        return bool(self._undone) or self._newest_after(self.leaf) is not None

    def redo(self) -> Turn | None:
        """Bring back the turn that was undone last, in this session or before, and return it; `None`: there is none."""
        turn_id = self._undone.pop() if self._undone else self._newest_after(self.leaf)
        if turn_id is None:
            return None
        self._end(self._line(turn_id))
        return self.turn(turn_id)

    def delete(self, turn_id: str, when: float) -> None:
        """Hide a turn, with what followed it, since `when` (seconds since the epoch); `restore` undoes it."""
        self._store.delete(turn_id, when)
        self._drop(turn_id)

    def restore(self, turn_id: str) -> None:
        """Bring a deleted turn back and show it."""
        self._store.delete(turn_id, None)
        self._stubs = _rooted(self._store.stubs(self._chat))
        self.show(turn_id)

    def withdraw(self, turn_id: str) -> None:
        """Forget a turn to which nothing had come, and show what was on the screen before it was sent."""
        self._store.withdraw(turn_id)
        known = turn_id in self._came_after
        before = self._came_after.pop(turn_id, None)
        for later, leaf in self._came_after.items():
            if leaf == turn_id:
                self._came_after[later] = before
        shown = turn_id in self._ids
        self._drop(turn_id)
        if shown and known and (before is None or before in self._stubs):
            self._end(self._line(before))

    def _drop(self, turn_id: str) -> None:
        siblings = [sibling for sibling in self.siblings(turn_id) if sibling != turn_id]
        parent = self._stubs.pop(turn_id).parent
        self._stubs = _rooted(self._stubs.values())
        self._read.pop(turn_id, None)
        if turn_id in self._ids:
            self._end(self._branch(siblings[-1]) if siblings else self._line(parent))

    def _newest_after(self, parent: str | None) -> str | None:
        return next((stub.id for stub in reversed(self._stubs.values()) if stub.parent == parent), None)

    def _end(self, ids: list[str]) -> None:
        self._ids = ids
        self._changed()

    def _line(self, turn_id: str | None) -> list[str]:
        ids: list[str] = []
        while turn_id is not None and turn_id in self._stubs:
            ids.append(turn_id)
            turn_id = self._stubs[turn_id].parent
        return ids[::-1]

    def _branch(self, turn_id: str | None) -> list[str]:
        """Return the line through `turn_id` to the end of its newest continuation; of the newest turn if it is gone."""
        if turn_id not in self._stubs:
            turn_id = next(reversed(self._stubs), None)
        ids = self._line(turn_id)
        newest = {stub.parent: stub.id for stub in self._stubs.values()}
        while ids and (child := newest.get(ids[-1])) is not None:
            ids.append(child)
        return ids


def _rooted(stubs: Iterable[Stub]) -> dict[str, Stub]:
    """Return the turns by id, without those that followed a deleted one; a turn is older than what follows it."""
    kept: dict[str, Stub] = {}
    for stub in stubs:
        if stub.parent is None or stub.parent in kept:
            kept[stub.id] = stub
    return kept

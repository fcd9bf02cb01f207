"""Text that comes in pieces and has several readers."""

from bisect import bisect_right


class GrowingText:
    """Joined only when somebody reads it as a whole; who follows it takes what is new with `since`.

    A reply of a megabyte is looked at several times a second by the screen, the ledger and the disk. Were it joined
    for each of them, a long reply would cost the more the longer it is.
    """

    __slots__ = ("_length", "_pieces", "_starts")

    def __init__(self, text: str = "") -> None:
        self._pieces = [text] if text else []
        self._starts = [0] if text else []
        """The offset at which each piece begins."""
        self._length = len(text)

    def append(self, piece: str) -> None:
        """Add a piece at the end."""
        if piece:
            self._pieces.append(piece)
            self._starts.append(self._length)
            self._length += len(piece)

    def since(self, offset: int) -> str:
        """Return what stands after the first `offset` characters; it costs what that is, not what was before."""
        if offset >= self._length:
            return ""
        index = bisect_right(self._starts, offset) - 1
        first = self._pieces[index][offset - self._starts[index] :]
        return first + "".join(self._pieces[index + 1 :])

    def cut(self, length: int) -> None:
        """Forget everything after the first `length` characters."""
        if length < self._length:
            kept = str(self)[:length]
            self.__init__(kept)

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces, self._starts = ["".join(self._pieces)], [0]
        return self._pieces[0] if self._pieces else ""

    def __len__(self) -> int:
        return self._length

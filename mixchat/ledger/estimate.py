"""How many tokens something is, before anybody counted: a rule of thumb, corrected by what providers reported.

A cold start knows the text alone. Each complete call then teaches habits, kept in the history file: how many
tokens a model makes of what the rule counts (`ratio`, apart for text in other scripts than the Latin one, which
tokenizers differ in most), how long a role's replies are (`length`) and what is written to the cache (`written`).
"""

import re
from typing import TYPE_CHECKING, Final

from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelRef
from mixchat.domain.request import Attachment, ModelRequest
from mixchat.ledger.token_count import count_tokens, is_foreign

if TYPE_CHECKING:
    import sqlite3

    from mixchat.storage.database import Database

_PER_MESSAGE: Final = 4
_PER_IMAGE: Final = 1_100
_PER_PAGE: Final = 1_800
_SLOWEST: Final = 16
"""A habit is the mean of about this many calls, so that it follows a model that changes."""
_TELLING: Final = 40
"""Tokens of a request from which on its count tells of the tokenizer, and not of what a provider adds of its own."""
_MOST: Final = 3.0
"""Times of the count of the rule: no tokenizer makes more of a text."""
_TRUSTED: Final = 3
"""Calls after which a model's own length of reply is believed rather than the role's."""
_LENGTHS: Final = {
    "quick": 60, "daily-driver": 350, "coding": 900, "heavy-lifting": 1_400, "creative": 700,
    "summarization": 300, "extraction": 250, "research": 1_000,
    "judge": 12, "title": 10, "plan": 600, "embedding": 0, "compact": 700, "merge": 700,
}  # fmt: skip
_NEW_CLAUDE: Final = re.compile(r"claude-(?:[a-z]+-)?(?:4[-.][7-9]|[5-9])(?![0-9])")
"""Their tokenizer makes about 30 % more tokens of the same text, says Anthropic."""


class Estimator:
    """Estimates tokens.

    Args:
        database: where habits are kept; `None` keeps a cold start.
    """

    def __init__(self, database: "Database | None" = None) -> None:
        self._database = database
        self._habits: dict[tuple[str, str], tuple[float, int]] | None = None
        self._counted: dict[tuple[int, int], float] = {}

    def tokens(self, text: str, ref: ModelRef) -> int:
        """Return about how many tokens `ref` makes of `text`."""
        return round(count_tokens(text) * self.ratio(ref, foreign=is_foreign(text)))

    def ratio(self, ref: ModelRef, *, foreign: bool = False) -> float:
        """Return how many tokens `ref` makes of one that the rule of thumb counts."""
        default = 1.3 if _NEW_CLAUDE.search(ref.model) else 1.0
        return self._habit("ratio", _script(ref, foreign=foreign), default)

    def request(self, request: ModelRequest) -> int:
        """Return about how many tokens all that is sent is for the model it is sent to."""
        ratio = self.ratio(request.ref, foreign=speaks_foreign(request))
        return round(self.uncorrected(request) * ratio) + sum(
            _attached(file) for message in request.messages for file in message.attachments
        )

    def uncorrected(self, request: ModelRequest) -> float:
        """Return the rule of thumb's count of the text that is sent, whatever the model."""
        texts = [message.text for message in request.messages]
        written = sum(self._remembered(text) for text in texts) + self._remembered(request.system or "")
        return written + _PER_MESSAGE * len(texts) + 3

    def length(self, call: MeteredCall, request: ModelRequest) -> int:
        """Return how many tokens the reply is expected to have, thinking included."""
        return min(round(self.usual_length(_kind(call), call.ref)), request.max_tokens or 1_000_000)

    def usual_length(self, kind: str, ref: ModelRef | None = None) -> float:
        """Return how many tokens a role's replies have, of one model once it has given a few."""
        own = self._load().get(("length", f"{kind} {ref}")) if ref is not None else None
        if own and own[1] >= _TRUSTED:
            return own[0]
        return self._habit("length", kind, _LENGTHS.get(kind, _LENGTHS["daily-driver"]))

    def share_written(self, ref: ModelRef) -> float:
        """Return the part of what is newly read that this model writes to its cache, from 0 to 1."""
        return min(self._habit("written", str(ref), 0.0), 1.0)

    def learn_ratio(
        self,
        connection: "sqlite3.Connection",
        ref: ModelRef,
        uncorrected: float,
        reported: int,
        *,
        foreign: bool = False,
    ) -> None:
        """Take in how many tokens the provider counted, as a part of a transaction."""
        if uncorrected >= _TELLING and reported > 0:
            ratio = min(max(reported / uncorrected, 0.25), _MOST)
            prior = self.ratio(ref, foreign=foreign)
            self._learn(connection, "ratio", _script(ref, foreign=foreign), ratio, prior=prior)

    def learn_length(self, connection: "sqlite3.Connection", call: MeteredCall, output: int) -> None:
        """Take in how long a reply was, as a part of a transaction."""
        kind = _kind(call)
        usual = self._habit("length", kind, _LENGTHS.get(kind, _LENGTHS["daily-driver"]))
        self._learn(connection, "length", f"{kind} {call.ref}", output, prior=usual)
        self._learn(connection, "length", kind, output, prior=usual)

    def learn_written(
        self, connection: "sqlite3.Connection", ref: ModelRef, fresh: int, written: int
    ) -> None:
        """Take in how much of `fresh` tokens went to the cache, as a part of a transaction."""
        if fresh > 0:
            self._learn(connection, "written", str(ref), written / fresh, prior=written / fresh)

    def _remembered(self, text: str) -> float:
        """Return the count of a text that is likely to be sent again with every further turn."""
        if len(text) < 64:
            return count_tokens(text)
        key = (hash(text), len(text))
        if key not in self._counted:
            if len(self._counted) > 20_000:
                self._counted.clear()
            self._counted[key] = count_tokens(text)
        return self._counted[key]

    def _habit(self, kind: str, key: str, default: float) -> float:
        return self._load().get((kind, key), (default, 0))[0]

    def _load(self) -> dict[tuple[str, str], tuple[float, int]]:
        if self._habits is None:
            self._habits = {}
            if self._database is not None:
                rows = self._database.connection.execute("SELECT kind, key, mean, count FROM habits")
                self._habits = {(row[0], row[1]): (row[2], row[3]) for row in rows}
        return self._habits

    def _learn(
        self, connection: "sqlite3.Connection", kind: str, key: str, value: float, *, prior: float
    ) -> None:
        """Move a habit towards `value`; the first call moves it half the way from `prior`."""
        row: sqlite3.Row = connection.execute(
            "INSERT INTO habits VALUES (:kind, :key, (:value + :prior) / 2, 1) ON CONFLICT (kind, key) DO UPDATE "
            "SET mean = mean + (:value - mean) / min(count + 2, :most), count = count + 1 RETURNING mean, count",
            {"kind": kind, "key": key, "value": value, "prior": prior, "most": _SLOWEST},
        ).fetchone()
        self._load()[kind, key] = (row[0], row[1])


def speaks_foreign(request: ModelRequest) -> bool:
    """Whether the latest message is written in another script than the Latin one."""
    return bool(request.messages) and is_foreign(request.messages[-1].text)


def _script(ref: ModelRef, *, foreign: bool) -> str:
    return f"{ref} beyond latin" if foreign else str(ref)


def _kind(call: MeteredCall) -> str:
    return call.role or "daily-driver" if call.purpose in {"answer", "execute", "compare"} else call.purpose


def _attached(file: Attachment) -> int:
    if file.is_image:
        return _PER_IMAGE
    if file.media_type == "application/pdf":
        return max(file.data.count(b"/Type /Page") + file.data.count(b"/Type/Page"), 1) * _PER_PAGE
    return round(count_tokens(file.data.decode(errors="replace")))

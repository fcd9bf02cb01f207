"""What a reply costs while it comes: in the terminal's title, beside the text, so that no word is read or copied with it."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from mixchat.domain.events import AttemptStarted, ChatEvent, TextDelta, ThinkingDelta, TurnAccepted
from mixchat.ledger import money
from mixchat.tui.plain.output import has_title, set_title

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_EVERY: Final = 0.5
"""Seconds between two figures."""


class RunningCost:
    """Follows the turns of the plain app."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._is_shown = has_title()
        self._chat = self._turn = ""
        self._shown_at = 0.0
        self._title = ""
        self._loading: asyncio.Task[object] | None = None

    def follow(self, event: ChatEvent) -> None:
        """Show the figures of this moment, if those that are shown are old."""
        if not self._is_shown:
            return
        if isinstance(event, TurnAccepted):
            self._chat, self._turn = event.turn.chat, event.turn.id
            # Without the prices nobody could say what the first words cost.
            self._loading = self._loading or asyncio.create_task(
                asyncio.to_thread(self._runtime.storage.prices.load)
            )
        now = self._runtime.storage.clock.monotonic()
        moves = isinstance(event, TextDelta | ThinkingDelta) and now - self._shown_at >= _EVERY
        if moves or isinstance(event, TurnAccepted | AttemptStarted):
            self._shown_at = now
            self._show()

    async def settle(self) -> None:
        """Show the figures as they were written down."""
        if self._loading is not None:
            with contextlib.suppress(Exception):
                await self._loading
        if self._is_shown and self._chat:
            self._show()

    def _show(self) -> None:
        figures = self._runtime.storage.ledger.figures(self._chat, self._turn)
        title = " · ".join(filter(None, (money.tally(figures.turn), self.sums(self._chat, " · "), "mixchat")))
        if title != self._title:
            self._title = title
            set_title(title)

    def sums(self, chat: str, between: str = ", ") -> str:
        """Return what the chat, the day and whatever has a budget have cost; nothing where nothing costs anything."""
        figures = self._runtime.storage.ledger.figures(chat)
        today = figures.today
        if not (figures.budgets or today.usd or today.unknown or today.estimated):
            return ""
        limits = {state.scope: f" of {money.dollars(state.limit)}" for state in figures.budgets}
        spans = [("chat", figures.chat), ("today", figures.today)]
        if "month" in limits:
            spans.append(("month", figures.month))
        scopes = {"today": "day"}
        return between.join(
            f"{name} {money.tally(sum_)}{limits.get(scopes.get(name, name), '')}" for name, sum_ in spans
        )

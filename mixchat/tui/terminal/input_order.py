"""Keys and clicks that take effect in the order in which they came, whatever read of the terminal brought them.

Textual hands a key to the focused widget and takes the next one at once. The first runs its binding only after it has
gone up to the app, and a screen that it opens has no focus yet; so keys that arrive together, as they do over a slow
line or from a quick hand, would change places or reach the wrong screen.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual import events
from textual.app import App
from textual.geometry import Offset
from textual.message_pump import MessagePump
from textual.screen import Screen

from mixchat.tui.terminal.survival import Failed

LEFT: Final = 1
"""The button of the mouse that acts."""
_LONGEST: Final = 1.0
"""Seconds that the next key waits at most for what the one before has set off."""
_COMES_WITHIN: Final = 10.0
"""Seconds in which a screen that was opened is there, on the slowest machine."""
_ROUNDS: Final = 8
"""How often what a key set off may set off something more."""
_ALIVE_CHECK: Final = 0.02
"""Seconds after which it is looked whether a widget that does not answer is still there."""
_DOUBLE_CLICK: Final = 0.5
"""Seconds within which a second click on the same cell belongs to the first."""


class InputOrder:
    """Lets one key or click have its effect before the next is handed on.

    Args:
        app: whose keys they are.
        hand_on: Textual's own way of handing one to a widget.
        failed: told of an exception of what a key did.
    """

    def __init__(
        self,
        app: App[Any],
        hand_on: Callable[[events.Event], Awaitable[None]],
        failed: Failed,
    ) -> None:
        self._app = app
        self._hand_on = hand_on
        self._failed = failed
        self._waiting: deque[events.Event] = deque()
        self._settling: asyncio.Task[None] | None = None
        self._pressed: tuple[Offset, float, Screen[Any]] | None = None
        """Where, when and on which screen a mouse button went down last."""
        self._void = False
        """Whether the click under way belongs to one that has closed or opened a screen."""

    async def take(self, event: events.Event) -> None:
        """Hand an event on as soon as those before it have had their effect."""
        if self._settling is None and not self._is_there():
            self._waiting.append(event)
            self._settling = asyncio.create_task(self._settle())
        elif self._settling is None:
            await self._pass(event)
            if _acts(event):
                self._settling = asyncio.create_task(self._settle())
        elif (
            isinstance(event, events.MouseMove)
            and self._waiting
            and isinstance(self._waiting[-1], events.MouseMove)
        ):
            self._waiting[-1] = event
        else:
            self._waiting.append(event)

    async def _settle(self) -> None:
        try:
            await self._rest()
            while self._waiting:
                event = self._waiting.popleft()
                await self._pass(event)
                if _acts(event):
                    await self._rest()
        except Exception as error:  # noqa: BLE001 - as of any handler of the app: it decides
            self._failed(error)
        finally:
            self._settling = None

    async def _pass(self, event: events.Event) -> None:
        if not self._is_void(event) and await self._screen_comes():
            await self._hand_on(event)

    def _is_there(self) -> bool:
        """Whether the screen has its widgets; without them, whatever a key does on it fails."""
        return not self._app.screen_stack or self._app.screen.is_mounted

    async def _screen_comes(self) -> bool:
        """Wait until the screen has its widgets; return whether it has, since what is pressed is lost otherwise."""
        for _ in range(round(_COMES_WITHIN / _ALIVE_CHECK)):
            if self._is_there():
                break
            await asyncio.sleep(_ALIVE_CHECK)
        return bool(self._app.screen_stack) and self._is_there()  # none: the app is left

    def _is_void(self, event: events.Event) -> bool:
        """Whether an event is the rest of a double click whose first click has changed the screen."""
        if isinstance(event, events.MouseDown):
            before, screen = self._pressed, self._app.screen
            self._pressed = (event.screen_offset, event.time, screen)
            self._void = (
                before is not None
                and before[2] is not screen
                and before[0] == event.screen_offset
                and event.time - before[1] < _DOUBLE_CLICK
            )
        return self._void and isinstance(event, events.MouseDown | events.MouseUp)

    async def _rest(self) -> None:
        """Wait until nothing is left of what an event has set off on its way from the widget to the app."""
        try:
            async with asyncio.timeout(_LONGEST):
                for _ in range(_ROUNDS):
                    chain = self._chain()
                    for pump in chain:
                        await _drained(pump)
                    if chain == self._chain() and not any(pump.message_queue_size for pump in chain):
                        return
        except TimeoutError:
            pass

    def _chain(self) -> list[MessagePump]:
        """Return who may have to do with an event: the widget that has the focus or the mouse, and all above it."""
        app = self._app
        if not app.screen_stack:
            return [app]
        chain: list[MessagePump] = []
        for widget in (app.mouse_captured or app.mouse_over, app.focused or app.screen):
            if widget is not None and widget.is_attached:
                chain.extend(node for node in widget.ancestors_with_self if node not in chain)
        return chain or [app]


async def _drained(pump: MessagePump) -> None:
    """Wait until a pump has handled what is in its queue now; one that is closed will not."""
    done = asyncio.Event()
    if not pump.call_later(done.set):
        return
    while pump.is_running and not done.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ALIVE_CHECK):
                await done.wait()


def _acts(event: events.Event) -> bool:
    """Whether an event can change anything that the next one meets."""
    return isinstance(event, events.Key | events.Paste | events.MouseDown | events.MouseUp)

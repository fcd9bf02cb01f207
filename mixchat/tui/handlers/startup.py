"""What a start goes on with after the first picture: who can answer, what to import, what others do meanwhile."""

import asyncio
import gc
from typing import Final

from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.elsewhere import ElsewhereHandler
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.onboarding import OnboardingHandler

_LOOK_AROUND: Final = 1.0
"""Seconds between two looks at what other windows and the shell did."""
_COLLECTIONS: Final = (5_000, 20, 50)
"""How seldom garbage is collected. A frame leaves none that only a collector frees, and one that looks through everything
that a long reply has made holds the frames up for 20 ms; with Python's own figures it comes every two seconds."""


class StartupHandler(ChatHandler):
    """Does what takes time beside the loop, one thing after another."""

    def __init__(self, context: ChatContext, onboarding: OnboardingHandler) -> None:
        super().__init__(context)
        self._onboarding = onboarding
        self._elsewhere = ElsewhereHandler(context)

    async def run(self) -> None:
        """Find out who can answer, load what the first turn needs, and put the history in order."""
        runtime = self.context.runtime
        try:
            await runtime.discover(unnamed=True)
            await self._onboarding.look()
            await asyncio.to_thread(runtime.start_log)
            # The prices first: they are there in half a second, and what is written by now has none yet.
            await asyncio.to_thread(runtime.preload_prices)
            self.context.view.previewer.refresh()
            # The first turn then need not wait for the imports of an SDK, which take seconds.
            await asyncio.to_thread(runtime.preload)
        finally:
            # Only now: what was imported stays for as long as the app runs, and an SDK is most of it. Frozen, no
            # collection walks it while one types or reads; before, each of them held everything for 150 ms.
            gc.freeze()
            gc.set_threshold(*_COLLECTIONS)
            gc.enable()
        storage = runtime.storage
        storage.database.post(storage.ledger.settle_orphans)
        await asyncio.to_thread(storage.purge)
        self.context.screen.set_interval(_LOOK_AROUND, self._elsewhere.look)

"""Fetching the starter model, with progress where the conversation will be."""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from mixchat.domain.errors import ProviderError
from mixchat.tui.actions import Handler
from mixchat.tui.onboarding.first_run import CONTACTING, FirstRun

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


class ModelDownload:
    """Fetches once at a time; stopping it leaves nothing half done behind.

    Args:
        runtime: knows where models are kept.
        shown_on: shows the progress while nothing was said yet.
        note: shows the progress in a line of its own, elsewhere; with nothing the line is as before.
        start: runs it beside everything else.
        done: is called when the model is there, or cannot be had.
        stopped: is called when it was stopped.
        say: shows a sentence.
    """

    def __init__(
        self,
        runtime: "Runtime",
        shown_on: FirstRun,
        note: Callable[[str], None],
        start: Callable[[Coroutine[Any, Any, None]], Worker[None]],
        *,
        done: Callable[[], None],
        stopped: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._runtime = runtime
        self._shown_on = shown_on
        self._note = note
        self._start = start
        self._done = done
        self._stopped = stopped
        self._say = say
        self._worker: Worker[None] | None = None

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"pull": self.fetch}

    def fetch(self, _: str = "") -> None:
        """Begin, unless it is under way."""
        if self._worker is None:
            self._tell(CONTACTING, 0, None)
            self._worker = self._start(self._fetch())

    def stop(self) -> bool:
        """Stop; return whether it was under way."""
        if self._worker is None:
            return False
        self._worker.cancel()
        self._over("")
        self._stopped()
        return True

    async def _fetch(self) -> None:
        from mixchat.providers.local.model_store import DEFAULT_MODEL, ModelStore
        from mixchat.providers.local.pull import pull

        folder = ModelStore.of(self._runtime.settings.paths, self._runtime.settings.config).folder
        try:
            async with aclosing(pull(DEFAULT_MODEL, folder, self._runtime.settings.environ)) as steps:
                async for step in steps:
                    self._tell(step.step, step.done, step.total)
        except ProviderError as error:
            self._over(error.message)
        else:
            self._over("")
            self._say(f"{DEFAULT_MODEL} is here. It is small: good for a first word, not for hard questions.")
        self._done()

    def _tell(self, step: str, done: int, total: int | None) -> None:
        self._shown_on.tell_progress(step, done, total)
        if not self._shown_on.display:
            share = f" {done / total:.0%}" if total else ""
            self._note(f"{step}{share} · esc stops it")

    def _over(self, failure: str) -> None:
        """Show no progress any more, but why it failed if it did."""
        self._worker = None
        self._shown_on.end_progress(failure)
        if not self._shown_on.display:
            self._note(failure)

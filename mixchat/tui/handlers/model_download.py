"""Fetching the starter model, with progress where the conversation will be."""

from contextlib import aclosing

from textual.worker import Worker

from mixchat.domain.errors import ProviderError
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.onboarding import OnboardingHandler
from mixchat.tui.onboarding.first_run import CONTACTING


class ModelDownloadHandler(ChatHandler):
    """Fetches once at a time; stopping it leaves nothing half done behind."""

    def __init__(self, context: ChatContext, onboarding: OnboardingHandler) -> None:
        super().__init__(context)
        self._onboarding = onboarding
        self._worker: Worker[None] | None = None

    @handles("pull")
    def fetch(self) -> None:
        """Begin, unless it is under way."""
        if self._worker is None:
            self._show(CONTACTING, 0, None)
            self._worker = self.context.screen.run_worker(self._fetch())

    def stop(self) -> bool:
        """Stop; return whether it was under way."""
        if self._worker is None:
            return False
        self._worker.cancel()
        self._end("")
        self._onboarding.give_back()
        return True

    async def _fetch(self) -> None:
        from mixchat.providers.local.model_store import DEFAULT_MODEL, ModelStore
        from mixchat.providers.local.pull import pull

        runtime = self.context.runtime
        folder = ModelStore.of(runtime.settings.paths, runtime.settings.config).folder
        try:
            async with aclosing(pull(DEFAULT_MODEL, folder, runtime.settings.environ)) as steps:
                async for step in steps:
                    self._show(step.step, step.done, step.total)
        except ProviderError as error:
            self._end(error.message)
        else:
            self._end("")
            self.context.notify(
                f"{DEFAULT_MODEL} is here. It is small: good for a first word, not for hard questions."
            )
        self._onboarding.look_again()

    def _show(self, step: str, done: int, total: int | None) -> None:
        first_run = self.context.widgets.first_run
        first_run.update_progress(step, done, total)
        if not first_run.display:
            share = f" {done / total:.0%}" if total else ""
            self.context.widgets.status.note = f"{step}{share} · {self.context.key('stop')} stops it"

    def _end(self, failure: str) -> None:
        """Show no progress any more, but why it failed if it did."""
        self._worker = None
        first_run = self.context.widgets.first_run
        first_run.end_progress(failure)
        if not first_run.display:
            self.context.widgets.status.note = failure

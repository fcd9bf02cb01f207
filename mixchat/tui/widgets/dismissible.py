"""Screens that close once: a second dismissal, as two keys in one packet bring it, would close the screen below."""

from collections.abc import Coroutine
from typing import Any, Generic, TypeVar, cast

from textual.app import App
from textual.await_complete import AwaitComplete
from textual.css.query import NoMatches
from textual.screen import ModalScreen, Screen

Result = TypeVar("Result")


class DismissibleScreen(Screen[Result], Generic[Result]):
    """A screen that can be dismissed while it is the current one, and only then."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close the screen with a result; does nothing where it is closed or covered already."""
        return super().dismiss(result) if self.is_current else AwaitComplete.nothing()

    def load(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside everything else that fills the screen; it may find the screen closed when it is done."""

        async def loaded() -> None:
            try:
                await work
            except NoMatches:
                if self in cast("App[Any]", self.app).screen_stack:
                    raise

        self.run_worker(loaded())


class DismissibleModal(DismissibleScreen[Result], ModalScreen[Result]):
    """One that lies over another."""

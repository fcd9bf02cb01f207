"""Keys that take effect in the order in which they were pressed.

Textual writes a character when a field gets its key, but runs a binding only after the key has gone up to the app.
Keys that arrive together, as they do over a slow line, would then change places: a backspace would delete what was
typed after it, and Enter would send the first word of the next message along.
"""

from typing import Any, cast

from textual import events
from textual.app import App
from textual.binding import BindingsMap
from textual.widget import Widget
from textual.widgets import Input


async def run_binding_now(widget: Widget, bindings: BindingsMap, event: events.Key) -> bool:
    """Run what a widget's own bindings have for a key; return whether they had anything."""
    app = cast("App[Any]", widget.app)
    for binding in bindings.key_to_bindings.get(event.key, ()):
        if not binding.priority and await app.run_action(binding.action, widget):
            event.stop()
            event.prevent_default()
            return True
    return False


class OrderedInput(Input):
    """A line of text to fill in."""

    async def _on_key(self, event: events.Key) -> None:
        await run_binding_now(self, self._bindings, event)

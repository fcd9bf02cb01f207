"""The last line of a screen: what the focused widget and the screen can do."""

from textual.content import Content
from textual.widget import Widget

from mixchat.tui.screens.key_name import key_name


class FootLine(Widget):
    """Reads the bindings that are active now, so that it cannot say what is not so."""

    DEFAULT_CSS = "FootLine { height: 1; }"

    def on_mount(self) -> None:
        """Follow the focus."""
        self.watch(self.screen, "focused", self._changed, init=False)

    def _changed(self) -> None:
        self.refresh()

    def render(self) -> Content:
        """Return as many keys as there is room for, each with what it does."""
        shown = Content()
        for active in self.screen.active_bindings.values():
            if not (active.binding.show and active.enabled):
                continue
            hint = Content.assemble(
                (key_name(active.binding), "$text"), (f" {active.binding.description}   ", "$text-disabled")
            )
            if shown.cell_length + hint.cell_length > self.size.width + 3:
                break
            shown += hint
        return shown

"""The last line of a screen: what the focused widget and the screen can do."""

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
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
        for binding in in_order(self.screen):
            hint = Content.assemble(
                (key_name(binding), "$text"), (f" {binding.description}   ", "$text-disabled")
            )
            if shown.cell_length + hint.cell_length > self.size.width + 3:
                break
            shown += hint
        return shown


def in_order(screen: Screen[object]) -> list[Binding]:
    """Return the bindings to show, the screen's own first and in the order it names them."""
    named = [binding.id for binding in screen.BINDINGS if isinstance(binding, Binding)]
    active = screen.active_bindings.values()
    shown = [each.binding for each in active if each.binding.show and each.enabled]
    return sorted(shown, key=lambda each: named.index(each.id) if each.id in named else len(named))

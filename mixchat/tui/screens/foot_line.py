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
        """Return as many keys as there is room for, each with what it does; help and the way back always fit."""
        hints = [_hint(binding) for binding in in_order(self.screen)]
        always = [_hint(binding) for binding in in_order(self.screen, last=True)]
        tail = Content("   ").join(always)
        shown = Content()
        for hint in hints:
            if shown.cell_length + hint.cell_length + 3 + tail.cell_length > self.size.width:
                break
            shown += hint + "   "
        return shown + tail


def _hint(binding: Binding) -> Content:
    return Content.assemble((key_name(binding), "$text"), (f" {binding.description}", "$text-disabled"))


def in_order(screen: Screen[object], *, last: bool = False) -> list[Binding]:
    """Return the bindings to show, the screen's own in the order it names them; or those that come `last`."""
    named = [binding.id for binding in screen.BINDINGS if isinstance(binding, Binding)]
    active = screen.active_bindings.values()
    shown = [
        each.binding for each in active if each.binding.show and each.enabled and each.binding.id != "quit"
    ]
    own = [binding for binding in shown if (binding.id not in named or binding.key == "escape") == last]
    return sorted(
        own, key=lambda each: (each.key == "escape", named.index(each.id) if each.id in named else 0)
    )

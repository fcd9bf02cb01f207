"""All screens beside the conversation, each behind its act."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App

from mixchat.tui.acts import read_keys
from mixchat.tui.conversation import Conversation
from mixchat.tui.deeds import Deed
from mixchat.tui.parts import Parts
from mixchat.tui.screens.choosing import Choosing
from mixchat.tui.screens.find_bar import FindBar
from mixchat.tui.screens.finding import Finding
from mixchat.tui.screens.setup.setting_up import SettingUp

if TYPE_CHECKING:
    from mixchat.house import House


def doors(
    house: "House",
    app: App[int],
    parts: Parts,
    conversation: Conversation,
    *,
    do: Callable[[str, str], object],
    refreshed: Callable[[], None],
    say: Callable[[str], None],
) -> Mapping[str, Deed]:
    """Return what opens each screen, by act.

    Args:
        house: everything that the screens show.
        app: shows them.
        parts: the widgets of the chat screen.
        conversation: holds the chats.
        do: does another act, with its argument.
        refreshed: is called when something of the chat or the stack changed.
        say: shows a sentence.
    """

    def stack(name: str) -> None:
        from mixchat.tui.screens.models.model_shelf import ModelShelf
        from mixchat.tui.screens.stack.stack_book import StackBook
        from mixchat.tui.screens.stack.stack_screen import StackScreen

        if name:
            do("use-stack", name)
        else:
            app.push_screen(StackScreen(StackBook(house, refreshed), ModelShelf(house)))

    def configure(_: str) -> None:
        from mixchat.papers.schema import settings
        from mixchat.tui.screens.settings.config_book import ConfigBook
        from mixchat.tui.screens.settings.settings_screen import SettingsScreen

        book = ConfigBook(house, lambda config: app.set_keymap(dict(read_keys(config.keys).keys)))
        app.push_screen(SettingsScreen(book, lambda act: do(act, ""), settings()), lambda _: refreshed())

    # Mounted before it is wanted, so that what is typed right after the key is in the field.
    bar = FindBar(parts.transcript, conversation.write_on)
    parts.composer.screen.query_one("#conversation").mount(bar, before=parts.composer)
    finding = Finding(app, house, parts, conversation, bar, refreshed, say)

    def spend(_: str) -> None:
        from mixchat.tui.screens.spend.spend_screen import SpendScreen

        app.push_screen(SpendScreen(house), lambda chat: finding.open(chat) if chat else None)

    return {
        **finding.deeds(),
        **Choosing(app, house, conversation.session, parts.composer, do, refreshed, say).deeds(),
        **SettingUp(app, house, conversation.session, parts.composer, refreshed, say).deeds(),
        "stack": stack,
        "settings": configure,
        "spend": spend,
    }

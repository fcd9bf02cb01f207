"""Everything that can be done in the app: one list for the keys, the palette and the slash commands."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from textual.binding import Binding, BindingType

from mixchat.tui.act import Act
from mixchat.tui.screens.screen_acts import SCREENS
from mixchat.tui.steering_acts import STEERING

ACTS: Final[tuple[Act, ...]] = (
    Act(
        id="stop",
        key="escape",
        title="Stop",
        help="close what is open, stop the reply, or pause the queue",
        slash="stop",
    ),
    Act(
        id="copy-or-stop",
        key="ctrl+c",
        title="Copy or stop",
        help="copy the selection, or else stop the reply",
    ),
    Act(
        id="palette",
        key="ctrl+p",
        title="Commands",
        help="everything mixchat can do",
        footer=True,
        priority=True,
    ),
    Act(
        id="quit", key="ctrl+q", title="Quit", help="save and leave", slash="quit", footer=True, priority=True
    ),
    *STEERING,
    Act(id="new-chat", key="ctrl+n", title="New chat", help="begin an empty chat", slash="new"),
    Act(id="pin", title="Pin", help="let one role or model answer this chat", slash="pin", argument="[NAME]"),
    Act(id="unpin", title="Unpin", help="let the router choose again", slash="auto"),
    Act(id="next-candidate", key="ctrl+t", title="Next candidate", help="who else could answer this message"),
    Act(
        id="private",
        title="Private chat",
        help="only models on this machine answer, or again any",
        slash="private",
    ),
    Act(id="theme", title="Theme", help="change the colours", slash="theme", argument="NAME"),
    Act(
        id="copy-reply", key="ctrl+o", title="Copy the reply", help="the last reply as Markdown", slash="copy"
    ),
    Act(
        id="copy-code", title="Copy the code", help="the last code block of the last reply", slash="copy-code"
    ),
    Act(id="copy-turn", title="Copy the turn", help="prompt and reply as Markdown", slash="copy-turn"),
    Act(id="links", title="Links", help="the addresses in the reply, to copy one", slash="links"),
    Act(
        id="save-code",
        title="Save the code",
        help="the last code block to a file",
        slash="save",
        argument="FILE",
    ),
    Act(id="editor", key="ctrl+g", title="Editor", help="write the prompt in $EDITOR", slash="editor"),
    Act(
        id="recall",
        key="ctrl+r",
        title="Earlier prompts",
        help="search the prompts sent before",
        slash="history",
    ),
    Act(
        id="drop-queued", title="Drop the queue's last", help="remove the last waiting message", slash="drop"
    ),
    Act(id="panel", key="f2", title="Side panel", help="show or hide turns, health and cost", slash="panel"),
    Act(id="wider", key="f3", title="Wider panel", help="give the side panel more room"),
    Act(id="narrower", key="f4", title="Narrower panel", help="give the side panel less room"),
    Act(
        id="budget",
        title="Budget",
        help="how many dollars a message, a chat, a day or a month may cost",
        slash="budget",
        argument="SPAN DOLLARS",
    ),
    Act(
        id="key",
        key="ctrl+k",
        title="Add a key",
        help="test a provider's key and keep it in the key ring",
        slash="key",
    ),
    Act(
        id="pull", title="Fetch the local model", help="a small model that runs on this machine", slash="pull"
    ),
    *SCREENS,
    Act(id="help", key="f1", title="Help", help="keys and commands", slash="help", footer=True),
)


_OF_THE_APP: Final = frozenset({"quit"})
"""Acts that work on every screen."""


def bindings(*, of_the_app: bool = False) -> list[BindingType]:
    """Return a binding for each act that has a key, under the act's id: the app's own, or the chat screen's."""
    return [
        Binding(
            act.key,
            act.id if of_the_app else f"act('{act.id}')",
            act.title,
            tooltip=act.help,
            show=act.footer,
            priority=act.priority,
            id=act.id,
        )
        for act in ACTS
        if act.key and (act.id in _OF_THE_APP) == of_the_app
    ]


class Keymap(Struct, frozen=True):
    """The keys of all acts after the user's own table, and what is wrong with that table."""

    keys: Mapping[str, str]
    """By the act's id, only where the user changed them."""
    problems: tuple[str, ...] = ()


def read_keys(table: Mapping[str, str], acts: Iterable[Act] = ACTS) -> Keymap:
    """Return the user's keys, with a sentence for each name that is no act and each key that is taken.

    What the user gives goes before what comes along; only the keys of the app itself cannot be taken.
    """
    defaults = {act.id: act.key for act in acts}
    problems = [
        f"keys.{name} is no action; the actions are {', '.join(sorted(defaults))}."
        for name in table
        if name not in defaults
    ]
    keys = {name: table[name] for name in defaults if name in table}
    usual = {name: key for name, key in defaults.items() if name not in keys}
    fixed = {name: key for name, key in {**defaults, **keys}.items() if name in _OF_THE_APP}
    owners: dict[str, str] = {}
    for name, key in {**fixed, **keys, **usual}.items():
        for single in filter(None, (part.strip() for part in key.split(","))):
            owner = owners.setdefault(single, name)
            if owner != name:
                problems.append(f'The key "{single}" is given to both {owner} and {name}; {owner} has it.')
    return Keymap(keys, tuple(problems))


def find_slash(word: str, acts: Iterable[Act] = ACTS) -> Act | None:
    """Return the act whose slash command is `word`, without its slash."""
    return next((act for act in acts if act.slash and act.slash == word), None)

"""Everything that can be done in the app: one list for the keys, the palette and the slash commands."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct
from textual.binding import Binding, BindingType


class Action(Struct, frozen=True, kw_only=True):
    """One thing that can be done. Its id is what the config's `[keys]` table calls it."""

    id: str
    title: str
    help: str
    key: str = ""
    """Keys, separated by commas; none: only the palette and the slash command reach it."""
    slash: str = ""
    """The command without its slash; none: it has none."""
    argument: str = ""
    """What the slash command takes, as its help writes it."""
    footer: bool = False
    priority: bool = False
    """Whether the key counts before the focused widget's own."""


Handler = Callable[[str], None]
"""Takes the act's argument, which may be empty."""


class Handlers:
    """Joins the tables of those who can do something."""

    def __init__(self, *tables: Mapping[str, Handler]) -> None:
        self._table = {act: handler for table in tables for act, handler in table.items()}

    def do(self, act: str, argument: str = "") -> bool:
        """Do it; return whether anybody can."""
        handler = self._table.get(act)
        if handler is None:
            return False
        handler(argument)
        return True

    def can(self, act: str) -> bool:
        """Whether anybody can."""
        return act in self._table


SCREENS: Final[tuple[Action, ...]] = (
    Action(
        id="chats", key="ctrl+s", title="Chats", help="every chat: search, open, rename, pin, tag, delete",
        slash="chats", argument="[WORDS]",
    ),
    Action(
        id="find", key="ctrl+f", title="Find in this chat", help="search what was said here",
        slash="find", argument="[WORDS]",
    ),
    Action(
        id="models", key="ctrl+l", title="Models", help="every model with price, window, abilities and health",
        slash="models",
    ),
    Action(
        id="stack", key="alt+s", title="Stack", help="who sits in which role; or put another stack to use",
        slash="stack", argument="[NAME]",
    ),
    Action(
        id="spend", key="alt+c", title="Spending", help="what was spent, by model, role, provider, chat or day",
        slash="spend",
    ),
    Action(id="settings", key="alt+o", title="Settings", help="every key of the config", slash="settings"),
    Action(
        id="setup", key="alt+p", title="Set this chat up",
        help="system prompt, effort, temperature, length and search", slash="setup",
    ),
    Action(
        id="system", title="System prompt", help="for this chat, or after next for the next message",
        slash="system", argument="[next] [TEXT]",
    ),
    Action(
        id="effort", title="Effort", help="how hard the model thinks, for this chat or the next message",
        slash="effort", argument="[next] [EFFORT]",
    ),
    Action(
        id="temperature", title="Temperature", help="from 0 to 2, for this chat or the next message",
        slash="temperature", argument="[next] [NUMBER]",
    ),
    Action(
        id="max-tokens", title="Longest reply", help="in tokens, for this chat or the next message",
        slash="max-tokens", argument="[next] [NUMBER]",
    ),
    Action(
        id="search", title="Web search", help="on or off, for this chat or the next message",
        slash="search", argument="[next] [on|off]",
    ),
)  # fmt: skip


STEERING: Final[tuple[Action, ...]] = (
    Action(
        id="retry", key="f5", title="Retry", help="ask the turn's prompt again",
        slash="retry", argument="[MODEL]",
    ),
    Action(
        id="retry-with", key="f8", title="Retry with another model",
        help="ask the prompt again of a model from a list", slash="retry-with", argument="[MODEL]",
    ),
    Action(
        id="continue", key="f6", title="Continue", help="go on with a reply that was cut off or stopped",
        slash="continue", argument="[MODEL]",
    ),
    Action(
        id="compare", key="f7", title="Compare models",
        help="ask 2 to 4 models side by side; MODEL MODEL PROMPT", slash="compare", argument="[WORDS]",
    ),
    *(
        Action(
            id=f"pick-{number}", key=f"alt+{number}", title=f"Pick answer {number}",
            help=f"go on with answer {number} of a comparison",
        )
        for number in (1, 2, 3, 4)
    ),
    Action(
        id="pick", title="Pick an answer", help="go on with one answer of a comparison",
        slash="pick", argument="NUMBER",
    ),
    Action(
        id="merge", key="alt+m", title="Merge answers",
        help="have a model write one answer out of several", slash="merge", argument="[MODEL]",
    ),
    Action(
        id="edit", key="alt+e", title="Edit the prompt",
        help="change an earlier prompt and branch off there", slash="edit", argument="[NUMBER]",
    ),
    Action(
        id="previous-answer", key="alt+left", title="Previous answer",
        help="the answer before this one to the same prompt", slash="previous",
    ),
    Action(
        id="next-answer", key="alt+right", title="Next answer",
        help="the answer after this one to the same prompt", slash="next",
    ),
    Action(
        id="previous-turn", key="alt+up", title="Turn above", help="mean the turn above with the keys that follow",
        slash="up",
    ),
    Action(
        id="next-turn", key="alt+down", title="Turn below", help="mean the turn below with the keys that follow",
        slash="down",
    ),
    Action(
        id="fork", key="ctrl+b", title="Fork", help="a new chat that begins like this one up to the turn",
        slash="fork",
    ),
    Action(
        id="undo", key="alt+z", title="Undo", help="take the last turn back, or bring back a deleted one",
        slash="undo",
    ),
    Action(id="redo", key="alt+y", title="Redo", help="bring back the turn that was taken back", slash="redo"),
    Action(
        id="delete", key="alt+x", title="Delete the turn", help="with what followed it; undo brings it back",
        slash="delete",
    ),
    Action(
        id="correct", key="alt+r", title="Correct the role",
        help="say which role the prompt was; the router learns it", slash="role", argument="[ROLE]",
    ),
    Action(
        id="compact", key="f9", title="Compact the chat",
        help="sum it up in one turn, so that less is sent", slash="compact", argument="[MODEL]",
    ),
    Action(
        id="title", key="alt+t", title="Title the chat",
        help="name it, or have a cheap model name it", slash="title", argument="[WORDS]",
    ),
)  # fmt: skip


ACTS: Final[tuple[Action, ...]] = (
    Action(
        id="stop",
        key="escape",
        title="Stop",
        help="close what is open, stop the reply, or pause the queue",
        slash="stop",
    ),
    Action(
        id="copy-or-stop",
        key="ctrl+c",
        title="Copy or stop",
        help="copy the selection, or else stop the reply",
    ),
    Action(
        id="palette",
        key="ctrl+p",
        title="Commands",
        help="everything mixchat can do",
        footer=True,
        priority=True,
    ),
    Action(
        id="quit", key="ctrl+q", title="Quit", help="save and leave", slash="quit", footer=True, priority=True
    ),
    *STEERING,
    Action(id="new-chat", key="ctrl+n", title="New chat", help="begin an empty chat", slash="new"),
    Action(
        id="pin", title="Pin", help="let one role or model answer this chat", slash="pin", argument="[NAME]"
    ),
    Action(id="unpin", title="Unpin", help="let the router choose again", slash="auto"),
    Action(
        id="next-candidate", key="ctrl+t", title="Next candidate", help="who else could answer this message"
    ),
    Action(
        id="private",
        title="Private chat",
        help="only models on this machine answer, or again any",
        slash="private",
    ),
    Action(id="theme", title="Theme", help="change the colours", slash="theme", argument="NAME"),
    Action(
        id="copy-reply", key="ctrl+o", title="Copy the reply", help="the last reply as Markdown", slash="copy"
    ),
    Action(
        id="copy-code", title="Copy the code", help="the last code block of the last reply", slash="copy-code"
    ),
    Action(id="copy-turn", title="Copy the turn", help="prompt and reply as Markdown", slash="copy-turn"),
    Action(id="links", title="Links", help="the addresses in the reply, to copy one", slash="links"),
    Action(
        id="save-code",
        title="Save the code",
        help="the last code block to a file",
        slash="save",
        argument="FILE",
    ),
    Action(id="editor", key="ctrl+g", title="Editor", help="write the prompt in $EDITOR", slash="editor"),
    Action(
        id="recall",
        key="ctrl+r",
        title="Earlier prompts",
        help="search the prompts sent before",
        slash="history",
    ),
    Action(
        id="drop-queued", title="Drop the queue's last", help="remove the last waiting message", slash="drop"
    ),
    Action(
        id="panel", key="f2", title="Side panel", help="show or hide turns, health and cost", slash="panel"
    ),
    Action(id="wider", key="f3", title="Wider panel", help="give the side panel more room"),
    Action(id="narrower", key="f4", title="Narrower panel", help="give the side panel less room"),
    Action(
        id="budget",
        title="Budget",
        help="how many dollars a message, a chat, a day or a month may cost",
        slash="budget",
        argument="SPAN DOLLARS",
    ),
    Action(
        id="key",
        key="ctrl+k",
        title="Add a key",
        help="test a provider's key and keep it in the key ring",
        slash="key",
    ),
    Action(
        id="pull", title="Fetch the local model", help="a small model that runs on this machine", slash="pull"
    ),
    *SCREENS,
    Action(id="help", key="f1", title="Help", help="keys and commands", slash="help", footer=True),
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


def read_keys(table: Mapping[str, str], acts: Iterable[Action] = ACTS) -> Keymap:
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


def find_slash(word: str, acts: Iterable[Action] = ACTS) -> Action | None:
    """Return the act whose slash command is `word`, without its slash."""
    return next((act for act in acts if act.slash and act.slash == word), None)

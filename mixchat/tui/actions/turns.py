"""Actions on the turns of the chat: ask again, compare, walk between answers, delete."""

from typing import Final

from mixchat.tui.actions.action import Action

TURNS: Final[tuple[Action, ...]] = (
    Action(
        id="retry", key="f5", title="Retry", help="ask the same message again",
        slash="retry", argument="[MODEL]",
    ),
    Action(
        id="retry-with", key="f8", title="Retry with ...",
        help="ask a model of your choice", slash="retry-with", argument="[MODEL]",
    ),
    Action(
        id="continue", key="f6", title="Continue", help="finish a reply that was cut off",
        slash="continue", argument="[MODEL]",
    ),
    Action(
        id="compare", key="f7", title="Compare models",
        help="2 to 4, side by side", slash="compare", argument="[WORDS]",
    ),
    *(
        Action(
            id=f"pick-{number}", key=f"alt+{number}", title=f"Pick answer {number}",
            help=f"continue with answer {number}", same_as="pick", preset=str(number),
        )
        for number in (1, 2, 3, 4)
    ),
    Action(
        id="pick", title="Pick an answer", help="continue with one of the answers",
        slash="pick", argument="NUMBER",
    ),
    Action(
        id="merge", key="alt+m", title="Merge answers",
        help="have a model combine them", slash="merge", argument="[MODEL]",
    ),
    Action(
        id="edit", key="alt+e", title="Edit the prompt",
        help="change a prompt and branch off", slash="edit", argument="[NUMBER]",
    ),
    Action(
        id="previous-answer", key="alt+left", title="Previous answer",
        help="show the answer before this one", slash="previous",
    ),
    Action(
        id="next-answer", key="alt+right", title="Next answer",
        help="show the answer after this one", slash="next",
    ),
    Action(
        id="previous-turn", key="alt+up", title="Select previous message", help="select the message above",
        slash="up",
    ),
    Action(
        id="next-turn", key="alt+down", title="Select next message", help="select the message below",
        slash="down",
    ),
    Action(
        id="previous-code", key="alt+pageup", title="Code block above",
        help="select the code block above",
    ),
    Action(
        id="next-code", key="alt+pagedown", title="Code block below",
        help="select the code block below",
    ),
    Action(
        id="fork", key="ctrl+b", title="Fork", help="copy the chat up to this turn",
        slash="fork",
    ),
    Action(
        id="undo", key="alt+z", title="Undo", help="take back a turn or a deletion",
        slash="undo",
    ),
    Action(id="redo", key="alt+y", title="Redo", help="restore what was taken back", slash="redo"),
    Action(
        id="delete", key="alt+x", title="Delete the turn", help="with all that follows it",
        slash="delete",
    ),
    Action(
        id="correct", key="alt+r", title="Change role",
        help="teach the router the right role", slash="role", argument="[ROLE]",
    ),
    Action(
        id="unlearn", key="alt+u", title="Undo what was learned",
        help="forget what this turn taught", slash="unlearn",
    ),
    Action(
        id="compact", key="f9", title="Compact the chat",
        help="summarize it, to send less", slash="compact", argument="[MODEL]",
    ),
    Action(
        id="title", key="alt+t", title="Title the chat",
        help="by hand, or let a model do it", slash="title", argument="[WORDS]",
    ),
)  # fmt: skip

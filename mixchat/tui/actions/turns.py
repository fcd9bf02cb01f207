"""Actions on the turns of the chat: ask again, compare, walk between answers, delete."""

from typing import Final

from mixchat.tui.actions.action import Action

TURNS: Final[tuple[Action, ...]] = (
    Action(
        id="retry", key="f5", title="Retry", help="the same message again",
        slash="retry", argument="[MODEL]",
    ),
    Action(
        id="retry-with", key="f8", title="Retry with ...",
        help="the same message, another model", slash="retry-with", argument="[MODEL]",
    ),
    Action(
        id="continue", key="f6", title="Continue", help="a reply that was cut off or stopped",
        slash="continue", argument="[MODEL]",
    ),
    Action(
        id="compare", key="f7", title="Compare models",
        help="2 to 4, side by side", slash="compare", argument="[WORDS]",
    ),
    *(
        Action(
            id=f"pick-{number}", key=f"alt+{number}", title=f"Pick answer {number}",
            help=f"go on with answer {number} of a comparison", same_as="pick", preset=str(number),
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
        id="previous-turn", key="alt+up", title="Select previous message", help="select the message above",
        slash="up",
    ),
    Action(
        id="next-turn", key="alt+down", title="Select next message", help="select the message below",
        slash="down",
    ),
    Action(
        id="previous-code", key="alt+pageup", title="Code block above",
        help="mark the code block above, to copy or save it",
    ),
    Action(
        id="next-code", key="alt+pagedown", title="Code block below",
        help="mark the code block below, to copy or save it",
    ),
    Action(
        id="fork", key="ctrl+b", title="Fork", help="a new chat that begins like this one up to the turn",
        slash="fork",
    ),
    Action(
        id="undo", key="alt+z", title="Undo", help="take the last turn back, or bring back a deleted turn or chat",
        slash="undo",
    ),
    Action(id="redo", key="alt+y", title="Redo", help="bring back the turn that was taken back", slash="redo"),
    Action(
        id="delete", key="alt+x", title="Delete the turn", help="with what followed it; undo brings it back",
        slash="delete",
    ),
    Action(
        id="correct", key="alt+r", title="Change role",
        help="the role is wrong? teach the router", slash="role", argument="[ROLE]",
    ),
    Action(
        id="unlearn", key="alt+u", title="Undo what was learned",
        help="forget what the router learned from the turn", slash="unlearn",
    ),
    Action(
        id="compact", key="f9", title="Compact the chat",
        help="sum it up, so that less is sent", slash="compact", argument="[MODEL]",
    ),
    Action(
        id="title", key="alt+t", title="Title the chat",
        help="name it, or have a cheap model name it", slash="title", argument="[WORDS]",
    ),
)  # fmt: skip

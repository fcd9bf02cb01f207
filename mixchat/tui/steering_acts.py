"""What can be done to a turn: the one under the block cursor, or else the last."""

from typing import Final

from mixchat.tui.act import Act

STEERING: Final[tuple[Act, ...]] = (
    Act(
        id="retry", key="f5", title="Retry", help="ask the turn's prompt again",
        slash="retry", argument="[MODEL]",
    ),
    Act(
        id="retry-with", key="f8", title="Retry with another model",
        help="ask the prompt again of a model from a list", slash="retry-with", argument="[MODEL]",
    ),
    Act(
        id="continue", key="f6", title="Continue", help="go on with a reply that was cut off or stopped",
        slash="continue", argument="[MODEL]",
    ),
    Act(
        id="compare", key="f7", title="Compare models",
        help="ask 2 to 4 models side by side; MODEL MODEL PROMPT", slash="compare", argument="[WORDS]",
    ),
    *(
        Act(
            id=f"pick-{number}", key=f"alt+{number}", title=f"Pick answer {number}",
            help=f"go on with answer {number} of a comparison",
        )
        for number in (1, 2, 3, 4)
    ),
    Act(
        id="pick", title="Pick an answer", help="go on with one answer of a comparison",
        slash="pick", argument="NUMBER",
    ),
    Act(
        id="merge", key="alt+m", title="Merge answers",
        help="have a model write one answer out of several", slash="merge", argument="[MODEL]",
    ),
    Act(
        id="edit", key="alt+e", title="Edit the prompt",
        help="change an earlier prompt and branch off there", slash="edit", argument="[NUMBER]",
    ),
    Act(
        id="previous-answer", key="alt+left", title="Previous answer",
        help="the answer before this one to the same prompt", slash="previous",
    ),
    Act(
        id="next-answer", key="alt+right", title="Next answer",
        help="the answer after this one to the same prompt", slash="next",
    ),
    Act(
        id="previous-turn", key="alt+up", title="Turn above", help="mean the turn above with the keys that follow",
        slash="up",
    ),
    Act(
        id="next-turn", key="alt+down", title="Turn below", help="mean the turn below with the keys that follow",
        slash="down",
    ),
    Act(
        id="fork", key="ctrl+b", title="Fork", help="a new chat that begins like this one up to the turn",
        slash="fork",
    ),
    Act(
        id="undo", key="alt+z", title="Undo", help="take the last turn back, or bring back a deleted one",
        slash="undo",
    ),
    Act(id="redo", key="alt+y", title="Redo", help="bring back the turn that was taken back", slash="redo"),
    Act(
        id="delete", key="alt+x", title="Delete the turn", help="with what followed it; undo brings it back",
        slash="delete",
    ),
    Act(
        id="correct", key="alt+r", title="Correct the role",
        help="say which role the prompt was; the router learns it", slash="role", argument="[ROLE]",
    ),
    Act(
        id="compact", key="f9", title="Compact the chat",
        help="sum it up in one turn, so that less is sent", slash="compact", argument="[MODEL]",
    ),
    Act(
        id="title", key="alt+t", title="Title the chat",
        help="name it, or have a cheap model name it", slash="title", argument="[WORDS]",
    ),
)  # fmt: skip

"""Actions on the app, the chat and what is being written."""

from typing import Final

from mixchat.tui.actions.action import Action

FIRST: Final[tuple[Action, ...]] = (
    Action(
        id="stop", key="escape", title="Stop", help="close what is open, stop the reply, or pause the queue",
        slash="stop", while_covered=True,
    ),
    Action(
        id="copy-or-stop", key="ctrl+c", title="Copy or stop",
        help="copy the selection, or stop the reply", while_covered=True,
    ),
    Action(
        id="palette", key="ctrl+p", title="Commands", help="everything mixchat can do",
        footer=True, priority=True,
    ),
    Action(
        id="suspend", title="Suspend", help="go back to the shell; fg resumes", slash="suspend",
    ),
    Action(
        id="quit", key="ctrl+q", title="Quit", help="save and quit", slash="quit,exit",
        footer=True, priority=True, while_covered=True,
    ),
)  # fmt: skip

CHAT: Final[tuple[Action, ...]] = (
    Action(id="new-chat", key="ctrl+n", title="New chat", help="start an empty chat", slash="new,clear"),
    Action(
        id="pin", title="Pin", help="always use one model or role here", slash="pin", argument="[NAME]"
    ),
    Action(id="unpin", title="Unpin", help="let the router choose again", slash="auto"),
    Action(
        id="next-favourite", key="alt+l", title="Next favourite",
        help="pin your next favourite model",
        slash="favourite",
    ),
    Action(
        id="next-candidate", key="ctrl+t", title="Try next model", help="choose who answers this message",
    ),
    Action(
        id="next-model", title="Ask the next model",
        help="when one keeps you waiting", slash="next-model",
    ),
    Action(
        id="private", title="Private: local models only", help="on or off for this chat",
        slash="private",
    ),
    Action(id="theme", title="Theme", help="change the colours", slash="theme", argument="NAME"),
    Action(
        id="copy-reply", key="ctrl+o", title="Copy the reply", help="the last reply, as Markdown", slash="copy",
    ),
    Action(
        id="copy-code", title="Copy the code", help="the last code block", slash="copy-code",
    ),
    Action(id="copy-turn", title="Copy the turn", help="prompt and reply, as Markdown", slash="copy-turn"),
    Action(id="links", title="Links", help="copy an address from the reply", slash="links"),
    Action(
        id="save-code", title="Save the code", help="the last code block, to a file", slash="save",
        argument="FILE",
    ),
    Action(
        id="save-reply", title="Save the reply", help="the last reply, as Markdown", slash="save-reply",
        argument="FILE",
    ),
    Action(
        id="export", title="Export the chat", help="to a .md, .html or .json file",
        slash="export", argument="FILE",
    ),
    Action(id="editor", key="ctrl+g", title="Editor", help="write the prompt in $EDITOR", slash="editor"),
    Action(
        id="recall", key="ctrl+r", title="Earlier prompts", help="search your earlier prompts",
        slash="history",
    ),
    Action(
        id="drop-queued", title="Remove from queue", help="take the last message out of the queue", slash="drop",
    ),
    Action(
        id="panel", key="f2", title="Side panel", help="show or hide turns and costs", slash="panel"
    ),
    Action(id="wider", key="f3", title="Wider panel", help="make the side panel wider"),
    Action(id="narrower", key="f4", title="Narrower panel", help="make the side panel narrower"),
    Action(
        id="budget", title="Budget", help="limit what you spend, in dollars",
        slash="budget", argument="[SPAN DOLLARS|off]",
    ),
    Action(
        id="economy", key="alt+q", title="Economy", slash="economy", argument="[SETTING]",
        help="quality, balanced or saver",
    ),
    Action(
        id="key", key="ctrl+k", title="Add a key", help="stored in the system key ring",
        slash="key", argument="[KEY]",
    ),
    Action(
        id="look", key="alt+k", title="Look for models again", help="find keys and local servers", slash="look"
    ),
    Action(
        id="pull", title="Download the built-in model", help="98 MB, free, works offline", slash="pull"
    ),
)  # fmt: skip

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
        help="copy the selection, or else stop the reply", while_covered=True,
    ),
    Action(
        id="palette", key="ctrl+p", title="Commands", help="everything mixchat can do",
        footer=True, priority=True,
    ),
    Action(
        id="suspend", title="Suspend", help="stop mixchat; fg in the shell goes on", slash="suspend",
    ),
    Action(
        id="quit", key="ctrl+q", title="Quit", help="save and leave", slash="quit,exit",
        footer=True, priority=True, while_covered=True,
    ),
)  # fmt: skip

CHAT: Final[tuple[Action, ...]] = (
    Action(id="new-chat", key="ctrl+n", title="New chat", help="begin an empty chat", slash="new,clear"),
    Action(
        id="pin", title="Pin", help="one model or role answers this chat", slash="pin", argument="[NAME]"
    ),
    Action(id="unpin", title="Unpin", help="the router chooses again", slash="auto"),
    Action(
        id="next-favourite", key="alt+l", title="Next favourite",
        help="pin the chat to the next of your favourite models; after the last the router chooses",
        slash="favourite",
    ),
    Action(
        id="next-candidate", key="ctrl+t", title="Try next model", help="who else could answer this message",
    ),
    Action(
        id="next-model", title="Ask the next model now",
        help="when a model lets itself be waited for (tab in the prompt)", slash="next-model",
    ),
    Action(
        id="private", title="Private: local models only", help="on or off for this chat",
        slash="private",
    ),
    Action(id="theme", title="Theme", help="change the colours", slash="theme", argument="NAME"),
    Action(
        id="copy-reply", key="ctrl+o", title="Copy the reply", help="the last reply as Markdown", slash="copy",
    ),
    Action(
        id="copy-code", title="Copy the code", help="the last code block of the last reply", slash="copy-code",
    ),
    Action(id="copy-turn", title="Copy the turn", help="prompt and reply as Markdown", slash="copy-turn"),
    Action(id="links", title="Links", help="the addresses in the reply, to copy one", slash="links"),
    Action(
        id="save-code", title="Save the code", help="the last code block to a file", slash="save",
        argument="FILE",
    ),
    Action(
        id="save-reply", title="Save the reply", help="the last reply to a file, as Markdown", slash="save-reply",
        argument="FILE",
    ),
    Action(
        id="export", title="Export the chat", help="to a file: .md, .html to read, .json to move",
        slash="export", argument="FILE",
    ),
    Action(id="editor", key="ctrl+g", title="Editor", help="write the prompt in $EDITOR", slash="editor"),
    Action(
        id="recall", key="ctrl+r", title="Earlier prompts", help="search the prompts sent before",
        slash="history",
    ),
    Action(
        id="drop-queued", title="Remove last queued message", help="remove the last waiting message", slash="drop",
    ),
    Action(
        id="panel", key="f2", title="Side panel", help="show or hide turns, health and cost", slash="panel"
    ),
    Action(id="wider", key="f3", title="Wider panel", help="give the side panel more room"),
    Action(id="narrower", key="f4", title="Narrower panel", help="give the side panel less room"),
    Action(
        id="budget", title="Budget", help="how many dollars a message, a chat, a day or a month may cost",
        slash="budget", argument="[SPAN DOLLARS|off]",
    ),
    Action(
        id="economy", key="alt+q", title="Economy", slash="economy", argument="[SETTING]",
        help="what a better answer may cost: quality, balanced or saver; without one the next",
    ),
    Action(
        id="key", key="ctrl+k", title="Add a key", help="tested, then kept in the key ring",
        slash="key", argument="[KEY]",
    ),
    Action(
        id="look", key="alt+k", title="Look for models again", help="keys and servers of this machine", slash="look"
    ),
    Action(
        id="pull", title="Download the built-in model", help="98 MB, free, works offline", slash="pull"
    ),
)  # fmt: skip

"""Actions that open a screen or set something of the chat."""

from typing import Final

from mixchat.tui.actions.action import Action

SCREENS: Final[tuple[Action, ...]] = (
    Action(
        id="chats", key="ctrl+s", title="Chats", help="search, open, rename, delete",
        slash="chats,resume", argument="[WORDS]",
    ),
    Action(
        id="find", key="ctrl+f", title="Find in this chat", help="search this conversation",
        slash="find", argument="[WORDS]",
    ),
    Action(
        id="models", key="ctrl+l", title="Models", help="prices, context, abilities",
        slash="models,model",
    ),
    Action(
        id="stack", key="alt+s", title="Stack", help="which model for which role",
        slash="stack", argument="[NAME]",
    ),
    Action(
        id="roles", title="Roles", help="models, rules and examples of each",
        slash="roles", argument="[NAME]",
    ),
    Action(
        id="spend", key="alt+c", title="Spending", help="by role, model, chat or day",
        slash="spend,cost,usage",
    ),
    Action(id="settings", key="alt+o", title="Settings", help="budgets, routing, screen, keys", slash="settings"),
    Action(
        id="setup", key="alt+p", title="Chat settings",
        help="system prompt, effort, length", slash="setup",
    ),
    Action(
        id="system", title="System prompt", help="for this chat, or just the next message",
        slash="system", argument="[next] [TEXT]",
    ),
    Action(
        id="effort", title="Reasoning effort", help="how hard the model thinks",
        slash="effort", argument="[next] [EFFORT]",
    ),
    Action(
        id="temperature", title="Temperature", help="how varied replies are, 0 to 2",
        slash="temperature", argument="[next] [NUMBER]",
    ),
    Action(
        id="max-tokens", title="Max output tokens", help="how long a reply may be",
        slash="max-tokens", argument="[next] [NUMBER]",
    ),
    Action(
        id="search", title="Web search", help="whether replies search the web",
        slash="search", argument="[next] [on|off]",
    ),
)  # fmt: skip

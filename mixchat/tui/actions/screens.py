"""Actions that open a screen or set something of the chat."""

from typing import Final

from mixchat.tui.actions.action import Action

SCREENS: Final[tuple[Action, ...]] = (
    Action(
        id="chats", key="ctrl+s", title="Chats", help="search, open, rename, star, tag, delete",
        slash="chats,resume", argument="[WORDS]",
    ),
    Action(
        id="find", key="ctrl+f", title="Find in this chat", help="search what was said here",
        slash="find", argument="[WORDS]",
    ),
    Action(
        id="models", key="ctrl+l", title="Models", help="prices, context, abilities; choose one",
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
        id="spend", key="alt+c", title="Spending", help="by role, model, provider, chat or day",
        slash="spend,cost,usage",
    ),
    Action(id="settings", key="alt+o", title="Settings", help="budgets, routing, screen, keys", slash="settings"),
    Action(
        id="setup", key="alt+p", title="Chat settings",
        help="system prompt, effort, length, search", slash="setup",
    ),
    Action(
        id="system", title="System prompt", help="for this chat, or after next for the next message",
        slash="system", argument="[next] [TEXT]",
    ),
    Action(
        id="effort", title="Reasoning effort", help="how hard the model thinks, for this chat or the next message",
        slash="effort", argument="[next] [EFFORT]",
    ),
    Action(
        id="temperature", title="Temperature", help="from 0 to 2, for this chat or the next message",
        slash="temperature", argument="[next] [NUMBER]",
    ),
    Action(
        id="max-tokens", title="Max output tokens", help="in tokens, for this chat or the next message",
        slash="max-tokens", argument="[next] [NUMBER]",
    ),
    Action(
        id="search", title="Web search", help="on or off, for this chat or the next message",
        slash="search", argument="[next] [on|off]",
    ),
)  # fmt: skip

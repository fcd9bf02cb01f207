"""What the command line asks the app to begin with."""

from msgspec import Struct


class LaunchOptions(Struct, frozen=True, kw_only=True):
    """Which chat to open, and in which colours."""

    resume: str | None = None
    """The id of a chat, or its beginning."""
    last: bool = False
    """The chat that was used last."""
    theme: str | None = None
    """A theme instead of the config's."""

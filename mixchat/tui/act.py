"""One thing that can be done, and how it is reached."""

from msgspec import Struct


class Act(Struct, frozen=True, kw_only=True):
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

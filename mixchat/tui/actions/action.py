"""One row of the table of actions."""

from msgspec import Struct


class Action(Struct, frozen=True, kw_only=True):
    """One thing that can be done, and every way to reach it. A method marked `@handles(id)` does it."""

    id: str
    """What the config's `[keys]` table calls it."""
    title: str
    help: str
    key: str = ""
    """Keys, separated by commas; none: only the palette and the slash command reach it."""
    slash: str = ""
    """The command without its slash, then its synonyms, separated by commas; none: it has none."""
    argument: str = ""
    """What the slash command takes, as its help writes it; none: its handler takes nothing."""
    preset: str = ""
    """What the handler of `same_as` is given."""
    same_as: str = ""
    """The action that does it, with `preset` as its argument; none: it has a handler of its own."""
    footer: bool = False
    priority: bool = False
    """Whether the key counts before the focused widget's own."""
    while_covered: bool = False
    """Whether it works while the terminal is too small to show anything."""

    @property
    def command(self) -> str:
        """The slash command by which the help and the completions name it."""
        return self.slash.partition(",")[0]

    @property
    def commands(self) -> list[str]:
        """The slash command and its synonyms."""
        return split(self.slash)

    @property
    def keys(self) -> list[str]:
        """The keys it has by default."""
        return split(self.key)


def split(names: str) -> list[str]:
    """Return names that are separated by commas."""
    return [name.strip() for name in names.split(",") if name.strip()]

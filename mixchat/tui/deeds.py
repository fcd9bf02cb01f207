"""What each act does: the one table from act ids to functions, filled by those who know how."""

from collections.abc import Callable, Mapping

Deed = Callable[[str], None]
"""Takes the act's argument, which may be empty."""


class Deeds:
    """Joins the tables of those who can do something."""

    def __init__(self, *tables: Mapping[str, Deed]) -> None:
        self._table = {act: deed for table in tables for act, deed in table.items()}

    def do(self, act: str, argument: str = "") -> bool:
        """Do it; return whether anybody can."""
        deed = self._table.get(act)
        if deed is None:
            return False
        deed(argument)
        return True

    def can(self, act: str) -> bool:
        """Whether anybody can."""
        return act in self._table

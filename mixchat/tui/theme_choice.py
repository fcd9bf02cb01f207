"""Which theme the app has: the one that a person chose, or with `auto` the one that fits the terminal's background."""

import os
from pathlib import Path

from textual.app import App

from mixchat.domain.errors import ConfigError
from mixchat.tui import themes
from mixchat.tui.terminal.background import light_by_variable


class ThemeChoice:
    """Keeps what was chosen and what the terminal said, and hands the app its themes by name."""

    def __init__(self, app: App[int], folder: Path, chosen: str) -> None:
        """Begin with the theme that the command line or the config names.

        Args:
            app: where the themes are registered.
            folder: the person's own themes.
            chosen: a theme's name, or `auto`.
        """
        self._app = app
        self._folder = folder
        self._light = light_by_variable(os.environ)
        """Whether the terminal's background is light, as far as it is known."""
        self.chosen = chosen
        """The theme as it was chosen: `auto`, or its name."""
        self.problems: list[str] = []
        """Why the theme that was chosen first cannot be had."""

    @property
    def follows_background(self) -> bool:
        """Whether the terminal's background decides."""
        return self.chosen == themes.AUTO

    @property
    def name(self) -> str:
        """The name of the theme that is to be shown now."""
        return themes.resolved(self.chosen, light=self._light)

    def register_first(self) -> str:
        """Register the theme to begin with and return its name: the default one where the chosen one cannot be read."""
        try:
            self._register(self.name)
        except ConfigError as error:
            if self.name in self._app.available_themes:  # one of Textual's own has no roles, but can be used
                return self.name
            self.problems.append(str(error))
            self._register(themes.DEFAULT)
            self.chosen = themes.DEFAULT
        return self.name

    def set_background(self, *, light: bool) -> None:
        """Note what the terminal says its background is, and change to the theme that fits it."""
        self._light = light
        if self.follows_background and self.name != self._app.theme:
            self._register(self.name)
            self._app.theme = self.name

    def _register(self, name: str) -> None:
        self._app.register_theme(themes.find_theme(name, self._folder))

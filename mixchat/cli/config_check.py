"""Reading the person's files through: the config, a directory's profile, the stacks and the prompts."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from mixchat.config.config import Config
from mixchat.config.load import working_directory
from mixchat.config.paths import Paths
from mixchat.config.prompts import Prompts
from mixchat.config.toml_document import TomlDocument, read
from mixchat.domain.errors import ConfigError
from mixchat.runtime.settings import Settings


def problems_in_file(path: Path) -> Iterator[ConfigError]:
    """Yield what in one config file cannot be used."""
    try:
        document = read(path)
        if document is None:
            raise ConfigError(f"There is no file {path}.")
        config = document.fit(Config)
    except ConfigError as error:
        yield error
    else:
        yield from _in_keys(document, config)


def _in_keys(document: TomlDocument, config: Config) -> Iterator[ConfigError]:
    """Yield the keys that cannot count; the app starts without them and says so."""
    if config.keys:
        from mixchat.tui.actions.keys import read_keys

        for problem in read_keys(config.keys).problems:
            yield document.error(("keys", problem.action), problem.sentence)


def problems_in_all(paths: Paths) -> Iterator[ConfigError]:
    """Yield what in the person's files cannot be used, one thing a file."""
    here = Settings(os.environ, working_directory())
    broken = list(_caught(lambda: here.config))
    yield from broken or _in_stacks(here)
    if not broken and paths.config_file.exists():
        yield from problems_in_file(paths.config_file)
    prompts = Prompts(paths.prompts)
    for name in prompts.names():
        yield from _caught(lambda name=name: prompts.get(name))


def _in_stacks(here: Settings) -> Iterator[ConfigError]:
    for name in dict.fromkeys((*here.stacks.names(), here.config.stack)):
        yield from _caught(lambda name=name: here.stacks.get(name))


def _caught(use: Callable[[], object]) -> Iterator[ConfigError]:
    try:
        use()
    except ConfigError as error:
        yield error

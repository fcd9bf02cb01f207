"""`mixchat help TOPIC`, made from where things are documented."""

import pytest

from mixchat.cli.help import _TOPICS
from mixchat.cli.parser import COMMANDS
from mixchat.config.schema import settings
from mixchat.domain.errors import ERRORS
from tests.cli.conftest import Shell


@pytest.mark.parametrize("topic", [*_TOPICS, *(command.name for command in COMMANDS)])
def test_every_topic_and_every_command_is_explained(shell: Shell, topic: str):
    result = shell("help", topic)
    assert (result.code, result.err) == (0, "")
    assert len(result.out.splitlines()) > 3


def test_nothing_that_is_documented_is_missing(shell: Shell):
    config, errors = shell("help", "config").out, shell("help", "errors").out
    assert all(" ".join(setting.help.split()) in config for setting in settings())
    assert all(f"  {code} " in errors for code in ERRORS)
    assert "topics: config" in shell("help").out
    assert 'did you mean "config"' in shell("help", "confg").err

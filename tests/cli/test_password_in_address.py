"""A password in an address is a key: no sentence says it."""

from mixchat.cli.exit import error_message
from mixchat.domain.errors import ConfigError, Unreachable
from mixchat.domain.plain_text import without_passwords


def test_no_sentence_says_the_password_in_an_address():
    said = Unreachable("https://me:s3cret-pw@llm.example.com/v1 cannot be reached.")
    assert "s3cret-pw" not in f"{said} {said.message} {said.failure.message}"
    assert "llm.example.com" in said.message
    assert "s3cret-pw" not in error_message(ConfigError("base_url = 'http://a:s3cret-pw@x' is no address"))
    assert without_passwords("write to ann@acme.dev at 10:30") == "write to ann@acme.dev at 10:30"

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixchat.config.log import redact, start_log
from mixchat.config.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[Paths]:
    root, own = logging.getLogger(), logging.getLogger("mixchat")
    before = (list(root.handlers), root.level, own.level)
    yield Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log")
    for handler in set(root.handlers) - set(before[0]):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(before[1])
    own.setLevel(before[2])
    logging.captureWarnings(capture=False)


def test_own_messages_are_written_and_others_only_as_templates(paths: Paths):
    start_log(paths)
    logging.getLogger("mixchat.router").info("next slot: %s", "a/b")
    logging.getLogger("httpx").debug("body %s", "my private prompt")
    logging.getLogger("openai").warning("request %s failed", "my private prompt")
    logging.getLogger("openai").error("my private prompt")
    text = paths.log_file.read_text()
    assert "mixchat.router next slot: a/b" in text
    assert "openai request %s failed" in text
    assert "private prompt" not in text


def test_a_traceback_is_places_without_the_exceptions_words(paths: Paths):
    start_log(paths)
    try:
        raise ValueError("my private prompt")
    except ValueError:
        logging.getLogger("mixchat").exception("a worker died")
    text = paths.log_file.read_text()
    assert "a worker died" in text
    assert "ValueError" in text
    assert "test_log.py" in text
    assert "private prompt" not in text


def test_nothing_reaches_the_screen(paths: Paths, capsys: pytest.CaptureFixture[str]):
    start_log(paths)
    logging.getLogger("google").error("loud")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("also loud", stacklevel=1)
        logging.captureWarnings(capture=False)
    assert capsys.readouterr() == ("", "")
    assert "py.warnings" in paths.log_file.read_text()


def test_a_directory_that_cannot_be_written_stops_nothing(paths: Paths, capsys: pytest.CaptureFixture[str]):
    paths.log.write_text("a file is in the way")
    start_log(paths)
    logging.getLogger("mixchat").error("unheard")
    assert capsys.readouterr() == ("", "")


def test_starting_twice_writes_once(paths: Paths):
    start_log(paths)
    start_log(paths)
    logging.getLogger("mixchat").error("once")
    assert paths.log_file.read_text().count("once") == 1


@pytest.mark.parametrize(
    "secret",
    [
        "sk-ant-api03-abcdefghijklmnop",
        "sk-proj-abcdefghijklmnop",
        "AIzaSyA1234567890abcdefghij",
        "gsk_abcdefghijklmnop",
        "Authorization: Bearer abc.def",
        "x-goog-api-key: abcdef",
        "api_key='abcdef'",
        "ghp_abcdefghijklmnop",
    ],
)
def test_what_looks_like_a_credential_is_taken_out(secret: str):
    cleaned = redact(f"failed with {secret} at 12:00")
    assert secret.split()[-1].strip("'") not in cleaned
    assert "[secret]" in cleaned
    assert cleaned.endswith("at 12:00")


def test_ordinary_words_stay():
    text = "claude-sonnet-5-5 took 3 s; sk-ip; token count 12"
    assert redact(text) == text

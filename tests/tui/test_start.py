"""The first minutes: what is found, who answers, and what a terminal that is too small is told."""

import os
import socket
from collections.abc import Iterator

import pytest

from mixchat.tui.onboarding.key_store import provider_of
from tests.tui.stage import CONFIG, StagedRuntime, on_stage
from tests.tui.test_guard_options import SECRET

NOBODY = """
name = "stage"
description = "nobody has a key"
[roles.daily-driver]
models = ["anthropic/claude-sonnet-5-5", "local/smollm2-135m"]
"""


class KeylessRuntime(StagedRuntime):
    """A runtime in which no provider can be reached."""

    def __init__(self) -> None:
        super().__init__(stack=NOBODY)
        self.settings.providers.reachable = lambda provider: False  # type: ignore[method-assign]


@pytest.fixture
def silent_index(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A package index that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        _use_index(monkeypatch, server.getsockname()[1])
        yield server


def _use_index(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


async def test_who_answers_is_shown_by_role():
    async with on_stage() as stage:
        await stage.until(lambda: "coding" in stage.text and "large" in stage.text)
        assert "No model is set up yet" not in stage.text


async def test_without_a_key_it_says_what_was_found_and_what_to_do():
    async with on_stage(KeylessRuntime()) as stage:
        await stage.until(lambda: "No model is set up yet" in stage.text)
        assert "Download a small model" in stage.text
        assert "Anthropic" in stage.text
        assert "not running" in stage.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_nothing_is_called_ready_before_a_model_can_answer(size: tuple[int, int]):
    """State and composer say what is missing and what to do; there is no figure of a cost that cannot be."""
    async with on_stage(KeylessRuntime(), size=size) as stage:
        await stage.until(lambda: "● no model yet" in stage.text)
        assert "Write a message; it waits for a model" in stage.text
        assert "No model yet   enter downloads the small one" in stage.text
        assert "ready" not in stage.text
        assert "$0" not in stage.text


async def test_a_prompt_that_nobody_can_answer_is_not_lost():
    async with on_stage(KeylessRuntime()) as stage:
        await stage.until(lambda: "No model is set up yet" in stage.text)
        await stage.send("hello there")
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.press("escape")
        await stage.until(lambda: stage.composer.typed == "hello there")


async def test_the_last_line_says_what_enter_does_with_a_prompt_and_without_one():
    async with on_stage(KeylessRuntime()) as stage:
        await stage.until(lambda: "enter download" in stage.text)
        await stage.type("hi")
        await stage.until(lambda: "enter choose a model" in stage.text)
        await stage.until(lambda: "No model yet   enter asks how to get one" in stage.text)
        assert "smollm2" not in stage.text, "nobody is named who could not answer"
        await stage.pilot.press("backspace", "backspace")
        await stage.until(lambda: "enter download" in stage.text)


async def test_a_fetch_says_at_once_what_it_does_and_esc_gives_the_prompt_back(silent_index: socket.socket):
    async with on_stage(KeylessRuntime()) as stage:
        stage.screen.first.choices.armed_after = 0.0
        await stage.until(lambda: "No model is set up yet" in stage.text)
        await stage.send("hello there")
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.press("enter")
        await stage.pilot.pause()
        assert "contacting the package index" in stage.text
        assert "esc stops it" in stage.text
        await stage.pilot.press("escape")
        await stage.until(lambda: stage.composer.typed == "hello there")
        assert "contacting" not in stage.text


async def test_a_fetch_that_fails_says_so_in_one_sentence_that_stays(monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        _use_index(monkeypatch, server.getsockname()[1])
    monkeypatch.setenv("PIP_RETRIES", "0")
    async with on_stage(KeylessRuntime()) as stage:
        await stage.until(lambda: "No model is set up yet" in stage.text)
        await stage.pilot.press("enter")
        await stage.until(lambda: "pip could not download the model; check the network" in stage.text)
        assert stage.text.count("pip could not download") == 1
        assert "Download a small model" in stage.text


@pytest.mark.parametrize(
    ("key", "provider"),
    [
        ("sk-ant-api03-" + "x" * 40, "anthropic"),
        ("sk-proj-" + "x" * 40, "openai"),
        ("AIza" + "x" * 35, "google"),
        ("sk-or-v1-" + "x" * 40, "openrouter"),
        ("just words", None),
    ],
)
def test_a_keys_provider_is_seen_by_its_shape(key: str, provider: str | None):
    assert provider_of(key) == provider


async def test_a_terminal_that_is_too_small_says_so_and_loses_nothing():
    async with on_stage(size=(40, 10)) as stage:
        await stage.until(lambda: "40×10" in stage.text)
        await stage.type("still here")
        await stage.pilot.resize_terminal(80, 24)
        await stage.until(lambda: "still here" in stage.text)


async def test_while_the_composer_is_covered_nothing_is_sent():
    async with on_stage() as stage:
        await stage.send("hello there")
        await stage.idle()
        await stage.type("is this")
        await stage.pilot.resize_terminal(40, 10)
        await stage.until(lambda: "40×10" in stage.text)
        await stage.type(" seen?")
        await stage.pilot.press("enter", "f5", "ctrl+p", "enter")
        await stage.pilot.pause(0.2)
        assert len(stage.turns) == 1
        assert stage.runtime.settings.providers.calls("a") == 1
        assert stage.app.screen is stage.screen
        await stage.pilot.resize_terminal(80, 24)
        await stage.until(lambda: stage.composer.area.has_focus)
        assert stage.composer.typed == "is this seen?"
        await stage.pilot.press("enter")
        await stage.until(lambda: len(stage.turns) == 2)


async def test_a_covered_question_is_not_answered_unseen():
    async with on_stage() as stage:
        stage.screen.first.choices.armed_after = 0.0
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.resize_terminal(40, 10)
        await stage.until(lambda: "40×10" in stage.text)
        await stage.pilot.press("alt+a")
        await stage.pilot.pause(0.2)
        assert stage.screen.first.choices.is_open
        await stage.pilot.resize_terminal(80, 24)
        await stage.until(lambda: "Send it anyway?" in stage.text)
        assert stage.runtime.settings.providers.calls("a") == 0


async def test_sixty_by_fifteen_is_usable():
    async with on_stage(size=(60, 15)) as stage:
        await stage.send("hello there")
        await stage.idle()
        await stage.until(lambda: "Hello from a/plain." in stage.text)


async def test_below_a_hundred_columns_the_panel_becomes_figures_in_the_first_line():
    async with on_stage(size=(90, 30)) as stage:
        await stage.send("hello there")
        await stage.idle()
        await stage.until(lambda: "today" in stage.text.splitlines()[0])
        assert "no turns yet" not in stage.text


async def test_a_bad_theme_is_said_and_the_usual_one_is_worn():
    async with on_stage(StagedRuntime('theme = "nonsense"\n' + CONFIG)) as stage:
        await stage.until(lambda: "There is no theme 'nonsense'" in stage.text)
        assert stage.app.theme == "mixchat-dark"


async def test_a_long_name_of_a_role_is_cut_with_a_mark_and_runs_into_nothing():
    stack = 'name = "stage"\n[roles.daily-driver]\nmodels = ["a/plain"]\n[roles.reviews-of-pull-requests]\nmodels = ["b/large"]\n'
    async with on_stage(StagedRuntime(stack=stack)) as stage:
        await stage.until(lambda: "… large" in stage.text)
        assert "reviews-of-pull-requests" not in stage.text


async def test_where_a_stack_of_ones_own_can_ask_nobody_the_first_way_is_the_stack_that_can(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("OPENAI_API_KEY", "nobody's")
    runtime = KeylessRuntime()
    runtime.settings.providers.reachable = lambda provider: provider == "openai"  # type: ignore[method-assign]
    async with on_stage(runtime, size=(120, 40)) as stage:
        await stage.until(lambda: "Use the stack auto" in stage.text)
        rows = stage.text.splitlines()
        card = next(at for at, row in enumerate(rows) if "Use the stack auto" in row)
        await stage.pilot.click(offset=(rows[card].index("Use the stack"), card))
        await stage.until(lambda: stage.composer.typed == "/stack auto")
        await stage.pilot.press("enter")
        await stage.until(lambda: "No model is set up yet" not in stage.text)

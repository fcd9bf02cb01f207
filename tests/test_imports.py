"""What must not be imported by whom, looked at in processes of their own: a late import is in no graph."""

import asyncio
import os
import subprocess
import sys
from functools import partial

import pytest

from tests.wires import Reply, Wires

SDKS = ("anthropic", "openai", "google.genai", "xllamacpp")
HEAVY = (
    *SDKS,
    "textual",
    "rich",
    "httpx",
    "httpx2",
    "pydantic",
    "genai_prices",
    "keyring",
    "numpy",
    "tomlkit",
)


def loaded(code: str, **environ: str) -> set[str]:
    """Return the modules that are loaded once `code` has run, each with its parents."""
    script = f"import sys\n{code}\nprint('\\n', *sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def within(modules: set[str], names: tuple[str, ...]) -> set[str]:
    return modules.intersection(names)


def command(*argv: str) -> str:
    return f"from mixchat.__main__ import main\nassert main({list(argv)!r}) == 0"


def test_importing_mixchat_loads_nothing_heavy():
    modules = loaded("import mixchat")
    assert within(modules, (*HEAVY, "asyncio", "sqlite3")) == set()


@pytest.mark.parametrize(
    "module",
    [
        "mixchat.domain.events",
        "mixchat.config.stacks",
        "mixchat.config.credentials",
        "mixchat.config.catalog",
        "mixchat.routing.router",
        "mixchat.classifier.classifier",
        "mixchat.runtime.runtime",
    ],
)
def test_the_lower_floors_load_nothing_heavy(module: str):
    assert within(loaded(f"import {module}"), HEAVY) == set()


def test_routing_a_prompt_loads_nothing_heavy_and_no_history():
    modules = loaded(command("route", "why does this segfault?", "--json"), ANTHROPIC_API_KEY="sk-1")
    assert within(modules, (*HEAVY, "asyncio", "ssl", "sqlite3", "logging")) == set()


@pytest.mark.parametrize("argv", [("stack", "list"), ("keys", "list")])
def test_small_commands_load_no_sdk_and_no_screen(argv: tuple[str, ...]):
    assert within(loaded(command(*argv)), (*SDKS, "textual", "httpx", "keyring")) == set()


def test_the_app_is_imported_without_an_sdk_a_price_list_or_an_http_client():
    modules = loaded("import mixchat.tui.app")
    assert "textual" in modules
    assert within(modules, (*SDKS, "genai_prices", "httpx", "httpx2", "pydantic", "keyring")) == set()


@pytest.mark.parametrize(
    ("provider", "variable", "own"),
    [
        ("anthropic", "ANTHROPIC_API_KEY", "anthropic"),
        ("openai", "OPENAI_API_KEY", "openai"),
        ("google", "GEMINI_API_KEY", "google.genai"),
    ],
)
def test_a_stack_with_one_slot_loads_the_sdk_of_that_slot_alone(provider: str, variable: str, own: str):
    code = (
        "from mixchat.runtime.runtime import build_runtime\n"
        f"adapter = build_runtime().settings.providers.get({provider!r})\n"
        f"assert {own!r} not in sys.modules\n"
        "adapter.preload()"
    )
    modules = loaded(code, **{variable: "sk-1"})
    assert within(modules, SDKS) == {own}
    assert "textual" not in modules


async def test_a_message_to_a_model_that_is_named_loads_no_classifier_and_no_command_line_of_a_library():
    async with Wires() as wires:
        wires.script("tiny", Reply("Here I am."))
        asked = command("ask", "-q", "-m", "ollama/tiny", "Hello?")
        modules = await asyncio.to_thread(partial(loaded, asked, OLLAMA_HOST=wires.url))
    assert "httpx" in modules
    not_needed = ("mixchat.classifier.classifier", "mixchat.classifier.tokenize", "rich", "pygments", "click")
    assert within(modules, not_needed) == set()

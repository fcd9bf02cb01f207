"""`mixchat ask` as a process, against a provider on loopback that speaks the real protocols."""

import asyncio
import json
import os
import signal
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mixchat
from mixchat.domain.errors import RateLimited
from mixchat.runtime.runtime import build_runtime
from tests.cli.conftest import Shell
from tests.wires.script import Reply, Status
from tests.wires.server import Wires, environment

STACK = """
name = "mine"
description = "for tests"
[roles.daily-driver]
models = ["anthropic/claude-sonnet-5-5", "openai/gpt-6.1-sol"]
[roles.coding]
models = ["google/gemini-3.8-flash", "anthropic/claude-sonnet-5-5"]
"""
SAY = "Tell me something nice, please."
NEAR = ("-m", "ollama/near")
"""Asks a model whose provider needs no library, for a test in which it does not matter who answers."""


class Run:
    """What a run of the program left."""

    def __init__(self, code: int | None, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


async def start(*args: str, stdin: bytes | None = None) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mixchat", "ask", *args,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(stdin or b"")
    process.stdin.close()
    return process


async def ask(*args: str, stdin: bytes | None = None) -> Run:
    process = await start(*args, stdin=stdin)
    out, err = await process.communicate()
    return Run(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def wires(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        stacks = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "stacks"
        stacks.mkdir(parents=True)
        (stacks / "mine.toml").write_text(STACK)
        monkeypatch.setenv("MIXCHAT_STACK", "mine")
        monkeypatch.chdir(tmp_path)
        yield wires


async def test_the_reply_is_all_there_is_on_stdout_and_one_line_of_talk_on_stderr(wires: Wires):
    wires.script("claude-sonnet-5-5", Reply("Bees **dance**.", input=1000, output=10))
    run = await ask(SAY)
    assert (run.code, run.out) == (0, "Bees **dance**.\n")
    assert run.err.count("\n") == 1
    assert "daily-driver · anthropic/claude-sonnet-5-5 · " in run.err
    assert run.err.rstrip().endswith("$0.0021")
    assert (await ask("-q", *NEAR, SAY)).err == ""


async def test_the_json_lines_are_the_contracts(wires: Wires):
    wires.script(
        "claude-sonnet-5-5",
        Reply("Yes.", thinking="Hm.", input=1000, output=100, cache_read=200, cache_write=50),
    )
    run = await ask("--json", SAY)
    kinds = [line["type"] for line in run.lines]
    assert kinds[0] == "routed"
    assert kinds[-1] == "finished"
    assert {"thinking", "text"} < set(kinds)
    routed, finished = run.lines[0], run.lines[-1]
    assert routed["role"] == "daily-driver"
    assert routed["model"] == "anthropic/claude-sonnet-5-5"
    assert "".join(line["text"] for line in run.lines if line["type"] == "text") == "Yes."
    usage = finished["usage"]
    assert (usage["input"], usage["output"], usage["cache_read"], usage["cache_write"]) == (
        1000,
        100,
        200,
        50,
    )
    by_hand = (
        Decimal(750) * 2 + Decimal(200) * Decimal("0.1") + Decimal(50) * Decimal("2.5") + 100 * 10
    ) / 10**6
    assert Decimal(finished["cost_usd"]) == by_hand
    assert finished["estimated"] is False
    assert finished["stop"] == "end"
    assert finished["attempts"] == 1


async def test_standard_input_is_added_to_the_prompt_and_files_are_attached(wires: Wires, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("the file's words")
    await ask("Sum it up", "-f", "notes.txt", *NEAR, stdin=b"the piped words\n")
    sent = json.dumps(wires.seen[-1].json)
    assert "Sum it up" in sent
    assert "the piped words" in sent
    assert "the file's words" in sent


async def test_a_failing_model_is_replaced_and_said(wires: Wires):
    wires.script("claude-sonnet-5-5", Status(401))
    wires.script("gpt-6.1-sol", Reply("From the second."))
    run = await ask("--json", SAY)
    rerouted = next(line for line in run.lines if line["type"] == "rerouted")
    assert (rerouted["from"], rerouted["to"], rerouted["error"]) == (
        "anthropic/claude-sonnet-5-5",
        "openai/gpt-6.1-sol",
        "auth",
    )
    assert run.lines[-1]["model"] == "openai/gpt-6.1-sol"
    assert run.lines[-1]["attempts"] == 2
    last = run.lines[-1]
    assert last["total_ms"] >= last["first_token_ms"] > last["attempt_first_token_ms"]
    assert run.code == 0


async def test_why_a_model_failed_is_said_once(wires: Wires):
    wires.script("claude-sonnet-5-5", Status(401))
    wires.script("gpt-6.1-sol", Status(401))
    run = await ask(SAY)
    reason = run.err.splitlines()[0].partition("trying openai/gpt-6.1-sol: ")[2]
    assert (run.code, run.err.count(reason)) == (1, 1)
    assert "openai/gpt-6.1-sol failed, too." in run.err


async def test_a_pinned_model_is_never_replaced(wires: Wires):
    wires.script("claude-sonnet-5-5", Status(401))
    run = await ask("--json", "-m", "anthropic/claude-sonnet-5-5", SAY)
    assert run.code == 1
    assert run.lines[0]["role"] is None
    assert run.lines[0]["classifier"] == "pin"
    assert (run.lines[-1]["type"], run.lines[-1]["error"]) == ("failed", "auth")
    assert {seen.model for seen in wires.seen} == {"claude-sonnet-5-5"}


@pytest.mark.parametrize("name", ["gpt-6.1-sol", "gpt-4.1"])
async def test_a_model_may_be_named_without_its_provider(wires: Wires, name: str):
    run = await ask("--json", "-m", name, SAY)
    assert run.code == 0
    assert run.lines[-1]["model"] == f"openai/{name}"
    assert {seen.model for seen in wires.seen} == {name}


async def test_ctrl_c_stops_the_reply_keeps_it_and_says_what_it_cost(wires: Wires):
    wires.script("claude-sonnet-5-5", Reply("one two three four five six", ending="stall", after=3))
    process = await start("--json", SAY)
    assert process.stdout is not None
    lines: list[dict[str, Any]] = []
    while not any(line["type"] == "text" for line in lines):
        lines.append(json.loads(await process.stdout.readline()))
    process.send_signal(signal.SIGINT)
    out, _ = await process.communicate()
    last = json.loads(out.splitlines()[-1])
    assert process.returncode == 130
    assert last["type"] == "stopped"
    assert last["estimated"] is True
    assert Decimal(last["cost_usd"]) > 0
    assert await wires.gone(wires.seen[-1])


async def test_the_last_chat_goes_on_with_what_was_said(wires: Wires):
    await ask(*NEAR, "My name is Ada and I like to talk.")
    await ask(*NEAR, "-c", "What is my name again?")
    messages = wires.seen[-1].json["messages"]
    assert len(messages) == 3
    assert "Ada" in json.dumps(messages[0])


async def test_no_save_keeps_no_chat_but_counts_the_money(wires: Wires):
    wires.script("claude-sonnet-5-5", Reply("x", input=1000, output=1))
    await ask("--no-save", SAY)
    runtime = build_runtime()
    assert runtime.storage.chats.list() == []
    assert runtime.storage.ledger.figures().today.usd == Decimal("0.00201")
    await runtime.aclose()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["-m", "nosuch", "hi"],
            "nosuch is not an alias or model; the stack mine has anthropic/claude-sonnet-5-5, ",
        ),
        (["-m", "claude-sonet-5-5", "hi"], "did you mean claude-sonnet-5-5"),
        (["-m", "coding", "hi"], "coding is a role and no model; write -r coding."),
        (["-r", "nosuch", "hi"], "daily-driver"),
        (["-f", "nosuch.txt", "hi"], "nosuch.txt cannot be read"),
        (["--stack", "nosuch", "hi"], "nosuch"),
        ([], "No prompt given"),
    ],
)
async def test_wrong_usage_is_one_sentence_and_exit_code_2(wires: Wires, args: list[str], said: str):
    run = await ask(*args)
    assert run.code == 2
    assert said in run.err
    assert run.err.count("\n") == 1
    assert run.out == ""
    assert wires.seen == []


async def test_a_running_ollama_answers_without_any_setting(wires: Wires, monkeypatch: pytest.MonkeyPatch):
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "MIXCHAT_STACK"):
        monkeypatch.delenv(name)
    run = await ask("--json", SAY)
    assert run.code == 0
    assert run.lines[-1]["model"].startswith("ollama/")


async def test_a_secret_is_stopped_before_it_leaves(wires: Wires):
    key = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    run = await ask("--json", f"What is wrong with this token? {key}")
    assert run.code == 3
    assert run.lines[-1]["error"] == "secret"
    assert run.lines[-1]["message"] == (
        "There is a GitHub token in line 1 of the prompt; take it out, or ask a local model."
    )
    assert key not in run.out + run.err
    assert wires.seen == []


async def test_a_budget_stops_the_call_before_it_is_made(wires: Wires):
    config = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "config.toml"
    config.write_text("[budget]\nmessage = 0.000001\n")
    run = await ask("--json", SAY)
    assert run.code == 3
    assert run.lines[-1]["error"] == "budget"
    assert wires.seen == []


async def test_an_unknown_price_stops_the_call_only_under_a_budget_and_a_flag_goes_on_once(wires: Wires):
    unpriced = ("-m", "openai/gpt-of-tomorrow", SAY)
    wires.script("gpt-of-tomorrow", *(Reply("Bees dance."),) * 3)
    assert (await ask(*unpriced)).code == 0  # without a budget nothing is asked
    config = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "config.toml"
    config.write_text("[budget]\nday = 5\n")
    seen = len(wires.seen)
    run, told = await ask(*unpriced), await ask("--json", *unpriced)
    assert (run.code, told.code) == (3, 3)
    assert len(wires.seen) == seen
    sentence = (
        "The price of openai/gpt-of-tomorrow is not known, so the budget of $5.00 for the day cannot count it; say "
        '--unknown-price to send anyway, or set its price under [prices."openai/gpt-of-tomorrow"] in the config.'
    )
    assert (run.err.splitlines()[0], told.lines[-1]["message"]) == (sentence, sentence)
    assert (await ask("--unknown-price", *unpriced)).code == 0
    assert (await ask(*unpriced)).code == 3  # another chat: the flag was for one prompt
    config.write_text('[budget]\nday = 5\n[prices."openai/gpt-of-tomorrow"]\ninput = 1\noutput = 1\n')
    assert (await ask(*unpriced)).code == 0


async def test_a_model_of_this_machine_is_not_asked_about_under_a_budget(wires: Wires):
    wires.script("of-my-own", Reply("Bees dance."))
    (Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "config.toml").write_text("[budget]\nday = 5\n")
    assert (await ask("-m", "ollama/of-my-own", SAY)).code == 0


async def test_python_gets_the_reply_as_a_string_that_knows_where_it_came_from(wires: Wires):
    wires.script("gemini-3.8-flash", Reply("print(1)", input=100, output=10))
    reply = await mixchat.aask("hello", role="coding")
    assert reply == "print(1)"
    assert (reply.role, str(reply.model), reply.usage.input) == ("coding", "google/gemini-3.8-flash", 100)
    assert reply.cost.usd == (Decimal(100) * Decimal("0.75") + 10 * Decimal("3.75")) / 10**6


async def test_python_gets_errors_as_exceptions(wires: Wires):
    wires.script("claude-sonnet-5-5", Status(429, retry_after="100"))
    with pytest.raises(RateLimited):
        await mixchat.aask("hello", model="anthropic/claude-sonnet-5-5")
    with pytest.raises(mixchat.ProviderError, match="it has coding, daily-driver"):
        await mixchat.aask("hello", role="nosuch")
    with pytest.raises(mixchat.ProviderError, match="did you mean gpt-6"):
        await mixchat.aask("hello", model="gtp-6.1-sol")


def write(path: str, text: str) -> None:
    Path(path).write_text(text)


async def test_a_first_word_that_pins_nothing_is_not_sent(wires: Wires):
    run = await ask("@opsu is it?")
    assert (run.code, wires.seen) == (2, [])
    assert run.err.startswith("mixchat: @opsu is not a role, alias, model or file here; nothing was sent.")
    assert (await ask("-r", "daily-driver", "@dataclass, is it slow?")).code == 0
    assert "@dataclass, is it slow?" in str(wires.seen[-1].json)


async def test_a_first_word_pins_files_and_addresses_are_attached_and_piped_text_does_neither(wires: Wires):
    write("notes.md", "the notes")
    run = await ask("@openai/gpt-6.1-sol what is in @notes.md, @nobody?", stdin=b"@coding @notes.md piped")
    assert run.code == 0, run.err
    (seen,) = wires.seen
    assert seen.model == "gpt-6.1-sol"
    sent = json.dumps(seen.json)
    assert "the notes" in sent
    assert "what is in @notes.md, @nobody?" in sent
    assert "@coding @notes.md piped" in sent
    run = await ask("--own-network", *NEAR, f"sum up @{wires.url}/api/tags")
    assert run.code == 0, run.err
    assert "llama3.3:70b" in json.dumps(wires.seen[-1].json)
    refused = await ask(f"sum up @{wires.url}/api/tags")
    assert (refused.code, "own network" in refused.err) == (2, True)
    write(f"{os.environ['MIXCHAT_CONFIG_DIR']}/config.toml", "private = true\n")
    private = await ask("--own-network", f"sum up @{wires.url}/api/tags")
    assert (private.code, "This chat is private" in private.err) == (3, True)


async def test_a_prompt_of_the_library_is_filled_in_and_brings_its_role_and_persona(wires: Wires):
    library = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "prompts"
    library.mkdir()
    text = "+++\nrole = 'coding'\nsystem = 'You speak {{language}}.'\n+++\nReview this: {{input}}\n"
    write(f"{library}/review.md", text)
    run = await ask("-p", "review", "language=French", "be kind", stdin=b"x = 1 @notes.md\n")
    assert run.code == 0, run.err
    sent = json.dumps(wires.seen[0].json)
    assert wires.seen[0].model == "gemini-3.8-flash"
    assert "You speak French." in sent
    assert "Review this: be kind" in sent
    assert "x = 1 @notes.md" in sent
    assert "needs language" in (await ask("-p", "review", "x")).err
    assert 'There is no prompt "revue"; did you mean "review"?' in (await ask("-p", "revue", "x")).err
    assert (await ask(*NEAR, "-p", "review", "language=x", "hi")).code == 0
    assert wires.seen[-1].model == "near"
    assert "Write the prompt in quotes" in (await ask("two", "words")).err


async def test_from_python_a_running_loop_is_told_and_the_answer_comes_all_the_same(wires: Wires):
    wires.script("near", Reply("From a thread."))
    script = (
        "import asyncio, mixchat\n"
        "async def main(): print(mixchat.ask('Tell me something nice, please.', model='ollama/near'))\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(mixchat.__file__).parents[1])},
    )  # fmt: skip
    out, err = await process.communicate()
    assert out.decode() == "From a thread.\n", err.decode()
    assert "await mixchat.aask(...)" in err.decode()


async def test_a_reply_that_was_cut_off_at_its_limit_is_said(wires: Wires):
    wires.script("claude-sonnet-5-5", Reply("Half of", stop="length"))
    run = await ask(SAY)
    assert run.out == "Half of\n"
    assert "cut off at its length limit; set max_tokens" in run.err


@pytest.mark.parametrize("who", [(), ("-m", "anthropic/claude-sonnet-5-5"), ("-r", "coding")])
def test_where_nobody_can_be_asked_one_sentence_says_so_and_no_chat_is_kept(
    shell: Shell, who: tuple[str, ...]
):
    said = shell("ask", *who, "hello there")
    assert (said.code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1, said.err
    assert "mixchat keys set" in said.err
    assert shell("history", "list", "--json").out.strip() in {"", "[]"}

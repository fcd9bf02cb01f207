"""The README's examples: every command is one that there is, and the Python runs."""

import asyncio
import os
import re
import shlex
import sys
from pathlib import Path

import pytest

import mixchat
from mixchat.cli.parser import whole_parser
from tests.wires.server import Wires, environment

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"^```sh\n(.*?)^```", README, re.S | re.M))
COMMANDS = [
    found.group(0).strip()
    for line in SHELL.splitlines()
    for found in re.finditer(
        r"(?<![\w/\"\[])mixchat (?!\|)[^|#\n]*", line.partition("   #")[0].partition("$(")[0]
    )
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_there_is(command: str):
    words = shlex.split(command)[1:]
    left = None
    try:
        whole_parser().parse_args(words)
    except SystemExit as error:
        left = error.code
    assert not left, command


def test_there_are_commands_to_look_at():
    assert len(COMMANDS) > 8


async def test_the_python_runs_as_it_stands(tmp_path: Path):
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.S | re.M)
    first, *rest = [line for line in code.splitlines() if line.strip()]
    body = "\n".join(f"    {line}" for line in rest if "mixchat.ask(" not in line)
    ask = next(line for line in rest if "mixchat.ask(" in line)
    script = f"{first}\nimport asyncio\n{ask}\nasync def main():\n{body}\nasyncio.run(main())\nprint(reply.role, reply.cost)\n"
    async with Wires() as wires:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=os.environ | environment(wires.url) | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        assert out.decode().strip()
        assert len(wires.seen) >= 3


TOPIC = (Path(mixchat.__file__).parent / "cli" / "python.md").read_text("utf-8")


@pytest.mark.parametrize("at", [0, 1], ids=["by hand", "with mixchat"])
async def test_the_python_of_the_help_runs_as_it_stands(at: int, tmp_path: Path):
    code = re.findall(r"^```python\n(.*?)^```", TOPIC, re.S | re.M)[at]
    async with Wires() as wires:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=os.environ | environment(wires.url) | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )  # fmt: skip
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert "Hello from " in out.decode()


def test_the_help_says_in_five_lines_what_took_fifty():
    by_hand, ours = re.findall(r"^```python\n(.*?)^```", TOPIC, re.S | re.M)
    assert len([line for line in by_hand.splitlines() if line]) >= 30
    assert len([line for line in ours.splitlines() if line]) <= 5


def test_fetch_is_the_same_in_the_help_and_in_the_readme():
    (fetch,) = re.findall(r"^```js\n(.*?)^```", TOPIC, re.S | re.M)
    assert fetch in README

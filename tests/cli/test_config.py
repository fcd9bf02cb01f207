"""The config from the shell: begun, shown, checked, described, and a directory's profile asked about."""

import json
import os
import pty
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.config.reference import commented_file, described_keys, json_schema
from mixchat.config.schema import settings
from mixchat.config.toml_document import parse
from mixchat.domain.errors import ConfigError
from tests.cli.conftest import Shell


def test_the_file_that_init_writes_changes_nothing_and_names_every_key(shell: Shell, paths: Paths):
    assert shell("config", "init").code == 0
    text = paths.config_file.read_text()
    assert parse(text, "x").fit(Config) == Config()
    for setting in settings():
        assert setting.help in text, setting.key
    assert shell("config", "init").code == 2
    assert shell("config", "init", "--stdout").out == text
    assert shell("config", "check").code == 0


def test_every_line_of_it_can_be_used_once_its_mark_is_removed():
    lines = [
        re.sub(r"^# +(?=\[|[\w\"-]+(\.\"[^\"]*\")? = )", "", line) for line in commented_file().splitlines()
    ]
    # `system` and `persona` are two ways to write one thing: each is usable, and both at once are refused.
    either = {
        key: [line for line in lines if not (line.startswith(f"{key} = ") and "  # " in line)]
        for key in ("system", "persona")
    }
    assert all(len(rest) == len(lines) - 1 for rest in either.values())
    without_system, config = (parse("\n".join(rest), "x").fit(Config) for rest in either.values())
    assert without_system.roles["contracts"].persona == "reviewer"
    assert config.roles["contracts"].system
    with pytest.raises(ConfigError, match="persona cannot stand beside system: keep one of them"):
        parse("\n".join(lines), "x").fit(Config)
    assert config.aliases == {"opus": "anthropic/claude-opus-5-5"}
    assert config.providers["work"].key_env == "WORK_LLM_KEY"
    assert config.prices["work/big"].input == 1
    assert config.roles["contracts"].description


def test_every_key_is_described_in_help_and_schema_from_its_one_place(shell: Shell):
    schema = json_schema()
    listed = dict(described_keys())
    for setting in settings():
        place = schema["$defs"]["Config"]
        for part in setting.path:
            place = (
                place.get("properties", {})[part]
                if "properties" in place
                else schema["$defs"][place["$ref"].rpartition("/")[2]]["properties"][part]
            )
            if "$ref" in place and "properties" not in place and part != setting.path[-1]:
                place = schema["$defs"][place["$ref"].rpartition("/")[2]]
        assert place["description"] == setting.help, setting.key
        if setting.kind != "table":
            assert setting.help in listed[setting.key]
    assert json.loads(shell("config", "schema").out) == json.loads(json.dumps(schema))


def test_show_says_where_each_value_comes_from(
    shell: Shell, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    paths.config.mkdir(parents=True)
    paths.config_file.write_text(
        'theme = "dusk"\n[budget]\nday = 5.50\n[providers.work]\nbase_url = "https://x.example"\nheaders = { X = "geheim" }\n'
    )
    (tmp_path / ".mixchat.toml").write_text('stack = "guide"\n')
    shell("config", "trust")
    monkeypatch.setenv("MIXCHAT_THEME", "moss")
    said = shell("config", "show").out
    assert re.search(r'^theme = "moss" +# MIXCHAT_THEME$', said, re.M)
    assert re.search(rf"^budget\.day = 5\.50 +# {re.escape(str(paths.config_file))}$", said, re.M)
    assert re.search(r'^stack = "guide" +# .*\.mixchat\.toml$', said, re.M)
    assert re.search(r"^ui\.mouse = true +# default$", said, re.M)
    assert "# budget.month is not set" in said
    assert "geheim" not in said
    rows = {row["key"]: row for row in json.loads(shell("config", "show", "budget", "--json").out)}
    assert (rows["budget.day"]["value"], set(rows)) == (
        "5.50",
        {"budget.day", "budget.chat", "budget.month", "budget.message"},
    )
    assert 'did you mean "theme"' in shell("config", "show", "them").err
    assert '"coding"' in shell("--stack", "coding", "config", "show", "stack").out


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("config.toml", "[budget]\ndya = 1\n", 'line 2: there is no key "budget.dya"; did you mean "day"?'),
        ("config.toml", "theme = 3\n", "theme must be text in quotes, not 3"),
        ("config.toml", 'theme = "a\n', "line 1: this is not TOML"),
        ("config.toml", '[keys]\nquit = "f9"\nretri = "f5"\n', 'line 3: keys.retri is not an action; did you mean "retry"?'),
        ("config.toml", '[keys]\nretry = "banana"\n', 'line 2: keys.retry: there is no key "banana"'),
        ("config.toml", '[keys]\nretry = "ctrl+p"\n', 'line 2: The key "ctrl+p" is given to both'),
        ("stacks/mine.toml", 'name = "mine"\n[roles.coding]\nmodel = []\n', 'did you mean "models"?'),
        ("prompts/x.md", "+++\nrol = 1\n+++\n", 'did you mean "role"?'),
    ],
)  # fmt: skip
def test_check_finds_what_cannot_be_used_and_ends_with_two(
    shell: Shell, paths: Paths, place: str, text: str, said: str
):
    path = paths.config / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    result = shell("config", "check")
    assert result.code == 2
    assert said in result.err
    assert str(path) in result.err


def test_edit_opens_the_editor_and_checks_what_was_written(
    shell: Shell, paths: Paths, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(
        "EDITOR",
        f"{sys.executable} -c \"import sys; p=sys.argv[1]; t=open(p).read(); open(p,'w').write('thme = 1\\n'+t)\"",
    )
    assert 'did you mean "theme"?' in shell("config", "edit").err
    assert paths.config_file.read_text().partition("\n")[2].startswith("# The config of mixchat.")
    monkeypatch.setenv("EDITOR", "no-such-editor-here")
    assert shell("config", "edit").code == 2
    assert shell("config", "path").out.strip() == str(paths.config_file)


@pytest.mark.parametrize(("typed", "used"), [(b"y\n", True), (b"s\nn\n", False), (b"\x04", False)])
def test_a_profile_is_asked_about_once_on_a_terminal(tmp_path: Path, typed: bytes, used: bool):
    (tmp_path / ".mixchat.toml").write_text('stack = "guide"\n[budget]\nday = 1\n')
    command = [sys.executable, "-m", "mixchat", "route", "--json", "hello there"]

    def run() -> tuple[str, str]:
        main, side = pty.openpty()
        os.write(main, typed)
        done = subprocess.run(
            command, stdin=side, stderr=side, stdout=subprocess.PIPE, text=True, cwd=tmp_path, check=True
        )
        os.close(side)
        said = os.read(main, 10_000).decode()
        os.close(main)
        return done.stdout, said

    _, said = run()
    assert "sets stack, budget.day here" in said
    assert ('stack = "guide"' in said) == (b"s" in typed)
    assert tomllib.loads((tmp_path / ".mixchat.toml").read_text())["stack"] == "guide"
    shown = subprocess.run(
        [*command[:3], "config", "show", "stack"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert ("guide" in shown.stdout) == used
    if typed != b"\x04":
        assert "Use it?" not in run()[1]

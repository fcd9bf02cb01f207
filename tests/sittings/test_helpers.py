"""Programs that mixchat calls and that do not answer: the screen goes on."""

from pathlib import Path

from tests.sittings.sitting import Sitting


def helper(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_a_clipboard_that_hangs_does_not_freeze_the_app(sitting: Sitting, tmp_path: Path):
    tools = tmp_path / "tools"
    for name in ("xclip", "xsel", "wl-copy", "pbcopy"):
        helper(tools, name, "sleep 100")
    sitting.environment |= {"PATH": f"{tools}:/usr/bin:/bin", "DISPLAY": ":99", "WAYLAND_DISPLAY": "none"}
    sitting.opens()
    sitting.says("hello")
    sitting.presses("ctrl+o")
    sitting.types("still here")
    sitting.until(lambda: sitting.screen.composer == "still here", "what is typed")


def test_ctrl_v_pastes_text_and_pictures_from_the_systems_clipboard(sitting: Sitting, tmp_path: Path):
    tools = tmp_path / "tools"
    helper(
        tools, "xclip", f"case $* in *image/png*) cat {tmp_path}/picture ;; *) cat {tmp_path}/text ;; esac"
    )
    (tmp_path / "text").write_text("two\nlines")
    sitting.environment |= {"PATH": f"{tools}:/usr/bin:/bin", "DISPLAY": ":99"}
    sitting.opens()
    sitting.presses("ctrl+v")
    sitting.until(lambda: sitting.screen.composer == "two\nlines", "the text")
    (tmp_path / "text").write_text("")
    (tmp_path / "picture").write_bytes(b"\x89PNG\r\n\x1a\n not much of one")
    sitting.presses("ctrl+u", "ctrl+v")
    sitting.until(lambda: "picture-1.png" in sitting.screen.composer.replace("\n", ""), "the picture's name")
    sitting.quits()


def test_a_key_command_that_fails_runs_once_and_says_why(sitting: Sitting, tmp_path: Path):
    helper(tmp_path / "tools", "no-key", f"echo x >> {tmp_path}/ran; echo 'the vault is locked' >&2; exit 7")
    sitting.writes_config(f"""
stack = "sitting"
[providers.vault]
base_url = "{sitting.provider.url}/v1"
key_command = "{tmp_path}/tools/no-key"
""")
    sitting.writes_stack('[roles.daily-driver]\nmodels = ["vault/a", "vault/b", "vault/c"]\n')
    told = sitting.runs("mixchat ask hello")
    assert told.returncode == 1
    assert "exit code 7: the vault is locked." in told.stderr
    assert (tmp_path / "ran").read_text() == "x\n"


def test_a_reply_is_saved_to_a_file(sitting: Sitting, tmp_path: Path):
    sitting.environment["HOME"] = str(tmp_path)
    sitting.opens()
    sitting.provider.will_say("# Tea\n\nHot water and leaves.")
    sitting.says("what is tea")
    sitting.sends("/save-reply ~/tea.md")
    sitting.sees("Saved the reply")
    assert (tmp_path / "tea.md").read_text() == "# Tea\n\nHot water and leaves.\n"


def test_a_key_command_that_asks_on_the_terminal_leaves_the_keys_to_the_app(sitting: Sitting, tmp_path: Path):
    helper(tmp_path / "tools", "ask-key", f"touch {tmp_path}/asked; read answer < /dev/tty; echo $answer")
    sitting.writes_config(f"""
stack = "sitting"
[providers.vault]
base_url = "{sitting.provider.url}/v1"
key_command = "{tmp_path}/tools/ask-key"
""")
    sitting.writes_stack('[roles.daily-driver]\nmodels = ["vault/wire", "anthropic/wire"]\n')
    sitting.opens()
    sitting.types("hello")
    sitting.presses("enter")
    sitting.until((tmp_path / "asked").exists, "the command asked for the key")
    sitting.types("these keys are for the app alone")
    sitting.until(lambda: "these keys are for the app alone" in sitting.screen.composer, "all of the keys")
    sitting.quits()

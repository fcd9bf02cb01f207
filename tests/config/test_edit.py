import os
from decimal import Decimal
from pathlib import Path

import pytest

from mixchat.config.edit import set_value
from mixchat.config.schema import settings, value_of
from mixchat.domain.errors import ConfigError


def test_a_missing_file_and_its_directory_are_made(tmp_path: Path):
    path = tmp_path / "deep" / "config.toml"
    config = set_value(path, "budget.day", Decimal("5.10"))
    assert config.budget.day == Decimal("5.10")
    assert path.read_text() == "[budget]\nday = 5.10\n"


def test_comments_order_and_the_rest_stay(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text('# mine\nstack = "a"  # why\n\n[budget]\n# limits\nday = 1\n\n[keys]\nstop = "x"\n')
    set_value(path, "stack", "b")
    set_value(path, "budget.chat", Decimal("0.5"))
    set_value(path, "theme", "nord")
    set_value(path, "budget.day", None)
    text = path.read_text()
    assert text.startswith('# mine\nstack = "b"  # why\n')
    assert "# limits" in text
    assert "day" not in text
    assert 'stop = "x"' in text


def test_a_key_for_the_top_goes_above_the_tables(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text("[budget]\nday = 1\n")
    assert set_value(path, "theme", "nord").theme == "nord"


def test_a_value_that_does_not_fit_is_not_written(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text('stack = "a"\n')
    with pytest.raises(ConfigError, match=r"ui\.mouse must be true or false"):
        set_value(path, "ui.mouse", "maybe")
    with pytest.raises(ConfigError, match=r'no key "ui\.mous"'):
        set_value(path, "ui.mous", True)
    assert path.read_text() == 'stack = "a"\n'


def test_a_name_with_a_dot_is_one_part(tmp_path: Path):
    config = set_value(tmp_path / "config.toml", ("prices", "work/v1.5", "input"), Decimal("0.25"))
    assert config.prices["work/v1.5"].input == Decimal("0.25")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_one_sentence(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text('stack = "a"\n')
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ConfigError, match=r"cannot be written \(permission denied\)"):
            set_value(path, "stack", "b")
    finally:
        tmp_path.chmod(0o700)
    assert path.read_text() == 'stack = "a"\n'


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        set_value(tmp_path / "file" / "config.toml", "stack", "b")


def test_a_link_is_written_through(tmp_path: Path):
    real = tmp_path / "dotfiles.toml"
    real.write_text('stack = "a"\n')
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    set_value(link, "stack", "b")
    assert link.is_symlink()
    assert 'stack = "b"' in real.read_text()


def test_nothing_is_left_beside_the_file(tmp_path: Path):
    set_value(tmp_path / "config.toml", "stack", "b")
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.toml"]


def test_every_setting_has_help_a_kind_and_a_default():
    from mixchat.config.config import Config

    by_key = {setting.key: setting for setting in settings()}
    assert [key for key, setting in by_key.items() if not setting.help.endswith(".")] == []
    assert by_key["budget.day"].kind == "dollars"
    assert by_key["budget.day"].optional
    assert by_key["router.learn"].kind == "switch"
    assert by_key["providers"].kind == "table"
    assert by_key["theme"].default == "mixchat-dark"
    assert {key: value_of(Config(), s.path) for key, s in by_key.items()} == {
        key: s.default for key, s in by_key.items()
    }


def test_a_table_that_holds_nothing_any_more_goes_unless_it_has_a_comment(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text('theme = "x"\n[budget]\nday = 1.0\n\n[ui]\n# I see badly\nplain = true\n')
    set_value(path, "budget.day", None)
    set_value(path, "ui.plain", None)
    set_value(path, "router.judge", None)
    text = path.read_text()
    assert "[budget]" not in text
    assert "# I see badly" in text
    assert "[router]" not in text


@pytest.mark.parametrize(
    "before", ['theme = "nord"\n', 'theme = "nord"', "", 'theme = "nord"\n\n[budget]\nday = 1.0\n']
)
def test_a_table_that_comes_and_goes_leaves_the_file_as_it_was(tmp_path: Path, before: str):
    path = tmp_path / "config.toml"
    path.write_text(before)
    set_value(path, "keys.help", "f2")
    set_value(path, "keys.quit", "f9")
    set_value(path, "keys.help", None)
    set_value(path, "keys.quit", None)
    assert path.read_text().rstrip("\n") == before.rstrip("\n")
    assert not path.read_text().endswith("\n\n")

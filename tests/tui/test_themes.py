"""Themes: every one can be read on its own ground, and a bad file is one sentence."""

from pathlib import Path

import pytest
from textual.color import Color

from mixchat.config.theme_files import themes_directory
from mixchat.domain.errors import ConfigError
from mixchat.domain.role import BUILT_IN
from mixchat.tui import themes
from mixchat.tui.launch_options import LaunchOptions
from tests.tui.gallery import EXHIBITS, cells, showing, wear
from tests.tui.stage import StagedRuntime, on_stage

NAMES = sorted(path.stem for path in themes_directory().glob("*.toml"))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2 between two colours."""
    lights = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: Color) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_there_are_light_dark_contrast_safe_ansi_and_transparent_ones():
    assert len(NAMES) >= 8
    assert {
        "mixchat-dark",
        "mixchat-light",
        "contrast-dark",
        "contrast-light",
        "clear-sight",
        "ansi",
        "glass",
    } <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_theme_has_a_colour_for_every_role(name: str):
    theme = themes.find_theme(name, Path("nowhere"))
    assert {f"role-{role.name}" for role in BUILT_IN} | {"role-custom"} <= set(theme.variables)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"ansi", "glass"}])
def test_every_text_can_be_read_on_every_ground(name: str):
    theme = themes.find_theme(name, Path("nowhere"))
    wanted = 7.0 if name.startswith("contrast") else 4.5
    texts = [theme.foreground, theme.error, theme.warning, theme.success, theme.primary, theme.accent]
    texts += [theme.variables[f"role-{role.name}"] for role in BUILT_IN]
    for text in texts:
        for ground in (theme.background, theme.surface):
            assert text is not None
            assert ground is not None
            assert contrast(text, ground) >= wanted, (text, ground)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"ansi", "glass"}])
def test_muted_text_can_still_be_read(name: str):
    theme = themes.find_theme(name, Path("nowhere"))
    variables = {**theme.to_color_system().generate(), **theme.variables}
    tones = {**variables, **themes.muted_tones(variables)}
    assert theme.background is not None
    assert contrast(tones["text-muted"], theme.background) >= 4.5
    assert contrast(tones["text-disabled"], theme.background) >= 2.5


def test_the_users_theme_goes_before_the_one_of_the_same_name(tmp_path: Path):
    (tmp_path / "mixchat-dark.toml").write_text('[colors]\nprimary = "#ff0000"\n')
    assert themes.find_theme("mixchat-dark", tmp_path).primary == "#ff0000"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[colors]\n", "primary"),
        ('[colors]\nprimary = "reddish"\n', '"reddish" is not a colour'),
        ('[colors]\nprimary = "#fff"\nprimry = "#fff"\n', "primry"),
        ("not = [toml", "is not TOML"),
    ],
)
def test_a_bad_theme_is_said_in_one_sentence(tmp_path: Path, text: str, said: str):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        themes.find_theme("mine", tmp_path)
    found, problems = themes.read_all(tmp_path)
    assert len(problems) == 1
    assert "mixchat-dark" in [theme.name for theme in found]


def test_a_role_of_ones_own_has_a_colour_too():
    assert themes.role_variable("gardening") == "$role-custom"
    assert themes.role_variable("coding") == "$role-coding"


@pytest.mark.parametrize("name", [*NAMES, "textual-ansi", "nord"])
async def test_the_app_can_be_painted_in_every_theme(name: str):
    async with on_stage(opening=LaunchOptions(theme=name), size=(80, 24)) as stage:
        expected = name if name != "textual-ansi" else "mixchat-dark"
        assert stage.app.theme == expected
        assert "every message to the right model" in stage.text


async def test_a_theme_of_the_users_own_in_ansi_colours_needs_nothing_more():
    runtime = StagedRuntime()
    runtime.settings.paths.themes.mkdir(parents=True)
    (runtime.settings.paths.themes / "mine.toml").write_text(
        'ansi = true\n[colors]\nprimary = "ansi_green"\n'
    )
    async with on_stage(runtime, LaunchOptions(theme="mine")) as stage:
        assert stage.app.theme == "mine"


@pytest.mark.parametrize("name", ["empty", "chat", "question"])
async def test_a_theme_without_a_tone_for_cards_has_no_half_rows_in_the_colour_of_text(name: str):
    exhibit = next(each for each in EXHIBITS if each.name == name)
    async with showing(exhibit, (120, 40)) as stage:
        await wear(stage, "mixchat-dark")
        assert any(cell.character in "\u2584\u2580" for row in cells(stage) for cell in row), (
            "cards have half rows elsewhere"
        )
        for theme in ("ansi", "glass"):
            await wear(stage, theme)
            bright = [
                cell
                for row in cells(stage)
                for cell in row
                if cell.character in ("\u2584", "\u2580")
                and (cell.style.color is None or cell.style.color.is_default)
            ]
            assert bright == [], theme

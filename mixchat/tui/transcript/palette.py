"""The colours of the transcript, worked out once from the theme."""

from collections.abc import Mapping
from typing import Final, Protocol

from msgspec import Struct
from rich.style import Style
from textual.color import Color, ColorParseError

from mixchat.domain.role import BUILT_IN

_ROLES: Final = frozenset(role.name for role in BUILT_IN)


class Palette(Struct, frozen=True):
    """Every style that the transcript paints with; each has the background in it."""

    text: Style
    muted: Style
    faint: Style
    strong: Style
    heading: Style
    subheading: Style
    link: Style
    code: Style
    """Code within a line."""
    math: Style
    panel: Style
    """A code block's text and ground."""
    panel_label: Style
    prompt: Style
    prompt_bar: Style
    card_edge: Style
    """Half a row above and below a prompt."""
    has_cards: bool
    """Whether a prompt's ground is another than the conversation's; else half a row of it would be half a row of text."""
    bars: Mapping[str, Style]
    """The roles' colours on a prompt's ground."""
    rule: Style
    warning: Style
    error: Style
    mark: Style
    cursor: Style
    badge: Style
    found: Style
    found_here: Style
    selection: Style
    roles: Mapping[str, Style]
    tokens: Mapping[str, Style]
    """By the name of a Pygments token type, without the `Token.`."""

    def bar(self, role: str | None) -> Style:
        """Return the colour of a prompt's bar: its role's, on the prompt's ground."""
        if role is None:
            return self.prompt_bar
        return self.bars[role] if role in _ROLES else self.bars["custom"]

    def role(self, name: str | None) -> Style:
        """Return the colour of a role; a role of the user's own has `custom`'s."""
        if name is None:
            return self.roles.get("pinned", self.text)
        return self.roles[name] if name in _ROLES else self.roles["custom"]


class _Mixer:
    """Mixes the theme's colours with the ground; a terminal's own colours are left as they are."""

    def __init__(self, variables: Mapping[str, str], ground: Color) -> None:
        self._variables = variables
        self.ground = ground
        self.plain = ground.ansi is not None
        self.front = self.named("foreground", "white")

    def named(self, name: str, fallback: str) -> Color:
        """Return a theme variable as a colour."""
        try:
            color = Color.parse(self._variables.get(name, fallback))
        except ColorParseError:
            color = Color.parse(fallback)
        return color if color.ansi is not None or color.a == 1 else self.ground + color

    def style(
        self,
        color: Color,
        ground: Color | None = None,
        *,
        bold: bool | None = None,
        italic: bool | None = None,
        underline: bool | None = None,
    ) -> Style:
        """Return a style that has its ground in it: a cell is painted with nothing left to look up."""
        ground = self.ground if ground is None else ground
        return Style(
            color=color.rich_color, bgcolor=ground.rich_color, bold=bold, italic=italic, underline=underline
        )

    def surface(self, name: str) -> Color:
        """Return a theme variable as a ground; the ground itself where the terminal's colours are used."""
        if self.plain:
            return self.ground
        colour = self.named(name, self.ground.hex)
        return self.ground if colour.ansi is not None else colour


def make_palette(variables: Mapping[str, str], ground: Color) -> Palette:
    """Return the palette of a theme.

    Args:
        variables: the theme's variables, without the `$`.
        ground: what lies behind the text.
    """
    mix = _Mixer(variables, ground)
    front, style = mix.front, mix.style
    body, muted = mix.named("body", front.hex), mix.named("text-muted", front.hex)
    raised, panel = mix.surface("panel"), mix.surface("surface")
    warning, error = mix.named("warning", "#ffb752"), mix.named("error", "#ff8a8f")
    return Palette(
        text=style(body),
        muted=style(muted),
        faint=style(muted),
        strong=style(front, bold=True),
        heading=style(front, bold=True),
        subheading=style(front, bold=True),
        link=style(body, underline=True),
        code=style(front, ground=raised),
        math=style(front),
        panel=style(body, ground=panel),
        panel_label=style(muted, ground=panel),
        prompt=style(front, ground=raised),
        prompt_bar=style(muted, ground=raised),
        card_edge=style(raised),
        has_cards=raised != ground,
        bars=_roles(mix, raised),
        rule=style(mix.named("track", muted.hex)),
        warning=style(warning),
        error=style(error),
        mark=style(front, bold=True),
        cursor=style(front, bold=True),
        badge=Style(color=ground.rich_color, bgcolor=front.rich_color, bold=True),
        found=style(front, ground=mix.surface("track")),
        found_here=Style(color=ground.rich_color, bgcolor=front.rich_color, bold=True),
        selection=_selection(mix),
        roles=_roles(mix, ground),
        tokens=_tokens(mix, panel),
    )


def _selection(mix: _Mixer) -> Style:
    if mix.plain:
        return Style(reverse=True)
    return Style(bgcolor=mix.surface("track").rich_color)


def _roles(mix: _Mixer, ground: Color) -> dict[str, Style]:
    muted = mix.named("text-muted", mix.front.hex)
    colours = {name: mix.named(f"role-{name}", muted.hex) for name in (*_ROLES, "custom")}
    return {name: mix.style(colour, ground) for name, colour in (*colours.items(), ("pinned", muted))}


def _tokens(mix: _Mixer, panel: Color) -> dict[str, Style]:
    def ink(color: Color, *, bold: bool | None = None, italic: bool | None = None) -> Style:
        return mix.style(color, panel, bold=bold, italic=italic)

    front, body = mix.front, mix.named("body", mix.front.hex)
    muted, error, success = (mix.named(name, body.hex) for name in ("text-muted", "error", "success"))
    keyword, string, number = (
        mix.named(name, body.hex) for name in ("code-keyword", "code-string", "code-number")
    )
    return {
        "": ink(body),
        "Comment": ink(muted, italic=True),
        "Keyword": ink(keyword, bold=True),
        "Keyword.Constant": ink(number),
        "Keyword.Type": ink(keyword),
        "Literal.Number": ink(number),
        "Literal.String": ink(string),
        "Literal.String.Doc": ink(string, italic=True),
        "Literal.String.Escape": ink(number),
        "Literal.String.Interpol": ink(number),
        "Name.Attribute": ink(keyword),
        "Name.Builtin": ink(body),
        "Name.Class": ink(front, bold=True),
        "Name.Decorator": ink(keyword),
        "Name.Exception": ink(front),
        "Name.Function": ink(front),
        "Name.Tag": ink(keyword),
        "Operator": ink(body),
        "Operator.Word": ink(keyword, bold=True),
        "Punctuation": ink(muted),
        "Generic.Deleted": ink(error),
        "Generic.Inserted": ink(success),
        "Generic.Heading": ink(front, bold=True),
        "Generic.Subheading": ink(front),
        "Generic.Emph": ink(body, italic=True),
        "Generic.Strong": ink(front, bold=True),
        "Generic.Prompt": ink(muted),
        "Error": ink(error),
    }


Shade = list[tuple[str, str]]
"""One line of code as texts with the names of their token types."""


class Shades(Protocol):
    """Gives a code block's coloured lines, or None while they are not ready."""

    def __call__(self, code: str, language: str) -> list[Shade] | None:
        """Return the coloured lines."""
        ...


class Sketches(Protocol):
    """Gives what colours there are at once; fewer lines than the code has are fine."""

    def __call__(self, code: str, language: str, *, growing: bool = False) -> list[Shade] | None:
        """Return the lines that are coloured already; a block that is `growing` is coloured a little further."""
        ...


def unshaded(code: str, language: str, *, growing: bool = False) -> list[Shade] | None:
    """Return no colours for any code."""
    return None


class RenderStyle(Struct, frozen=True):
    """How things look at the moment."""

    palette: Palette
    shades: Shades = unshaded
    sketch: Sketches = unshaded
    growing: bool = False
    """Whether the block that is laid out is still being written."""
    half_rows: bool = True
    """Whether prompts have half a row above and below; a screen of few rows has none to spare."""
    wide: int = 0
    """Cells that code and tables may fill where prose has fewer."""
    written: dict[object, object] = {}
    """Rows of the code that is being written, by what is in them: those that are as they were are not painted again."""

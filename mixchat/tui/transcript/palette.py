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
        weight: float = 1.0,
        *,
        bold: bool | None = None,
        italic: bool | None = None,
        underline: bool | None = None,
    ) -> Style:
        """Return a style; `weight` below 1 moves the colour towards the ground."""
        dim = None
        ground = self.ground if ground is None else ground
        mixable = not self.plain and color.ansi is None
        if weight < 1 and mixable:
            color = ground.blend(color, weight)
        elif weight < 0.8:
            dim = True
        return Style(
            color=color.rich_color, bgcolor=ground.rich_color,
            bold=bold, italic=italic, underline=underline, dim=dim,
        )  # fmt: skip

    def raised(self, share: float, towards: Color | None = None) -> Color:
        """Return the ground moved a little towards a colour, for panels."""
        towards = self.front if towards is None else towards
        if self.plain or towards.ansi is not None:
            return self.ground
        return self.ground.blend(towards, share)


def make_palette(variables: Mapping[str, str], ground: Color) -> Palette:
    """Return the palette of a theme.

    Args:
        variables: the theme's variables, without the `$`.
        ground: what lies behind the text.
    """
    mix = _Mixer(variables, ground)
    front, style = mix.front, mix.style
    primary, accent = mix.named("primary", "#8aadf4"), mix.named("accent", "#f2b36b")
    panel, tint = mix.raised(0.055), mix.raised(0.07, primary)
    warning, error = mix.named("warning", "#e5b567"), mix.named("error", "#e0707a")
    return Palette(
        text=style(front, weight=0.92),
        muted=style(front, weight=0.58),
        faint=style(front, weight=0.32),
        strong=style(front, bold=True),
        heading=style(primary, bold=True),
        subheading=style(front, bold=True),
        link=style(mix.named("secondary", "#7fd6d0"), underline=True),
        code=style(accent, ground=panel),
        math=style(mix.named("secondary", "#7fd6d0"), italic=True),
        panel=style(front, ground=panel, weight=0.92),
        panel_label=style(front, ground=panel, weight=0.45),
        prompt=style(front, ground=tint),
        prompt_bar=style(primary, ground=tint),
        rule=style(front, weight=0.25),
        warning=style(warning),
        error=style(error),
        mark=style(accent, bold=True),
        cursor=style(accent, bold=True),
        badge=Style(color=ground.rich_color, bgcolor=accent.rich_color, bold=True),
        found=style(front, ground=mix.raised(0.35, warning)),
        found_here=Style(color=ground.rich_color, bgcolor=warning.rich_color, bold=True),
        selection=_selection(mix, primary),
        roles=_roles(mix, primary),
        tokens=_tokens(mix, panel),
    )


def _selection(mix: _Mixer, primary: Color) -> Style:
    if mix.plain:
        return Style(reverse=True)
    return Style(bgcolor=mix.raised(0.38, primary).rich_color)


def _roles(mix: _Mixer, primary: Color) -> dict[str, Style]:
    styles = {name: mix.style(mix.named(f"role-{name}", primary.hex)) for name in (*_ROLES, "custom")}
    return {**styles, "pinned": mix.style(primary)}


def _tokens(mix: _Mixer, panel: Color) -> dict[str, Style]:
    def ink(
        color: Color, weight: float = 1.0, *, bold: bool | None = None, italic: bool | None = None
    ) -> Style:
        return mix.style(color, panel, weight, bold=bold, italic=italic)

    front, primary, accent = mix.front, mix.named("primary", "#8aadf4"), mix.named("accent", "#f2b36b")
    secondary, success = mix.named("secondary", "#7fd6d0"), mix.named("success", "#8fce8a")
    warning, error = mix.named("warning", "#e5b567"), mix.named("error", "#e0707a")
    return {
        "": ink(front, 0.92),
        "Comment": ink(front, 0.5, italic=True),
        "Keyword": ink(accent),
        "Keyword.Constant": ink(warning),
        "Keyword.Type": ink(secondary),
        "Literal.Number": ink(warning),
        "Literal.String": ink(success),
        "Literal.String.Doc": ink(success, 0.75, italic=True),
        "Literal.String.Escape": ink(warning),
        "Literal.String.Interpol": ink(warning),
        "Name.Attribute": ink(secondary),
        "Name.Builtin": ink(secondary),
        "Name.Class": ink(primary, bold=True),
        "Name.Decorator": ink(secondary),
        "Name.Exception": ink(primary),
        "Name.Function": ink(primary),
        "Name.Tag": ink(accent),
        "Operator": ink(front, 0.75),
        "Operator.Word": ink(accent),
        "Punctuation": ink(front, 0.7),
        "Generic.Deleted": ink(error),
        "Generic.Inserted": ink(success),
        "Generic.Heading": ink(primary, bold=True),
        "Generic.Subheading": ink(primary),
        "Generic.Emph": ink(front, italic=True),
        "Generic.Strong": ink(front, bold=True),
        "Generic.Prompt": ink(front, 0.5),
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

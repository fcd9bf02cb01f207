"""Every type that a style sheet names is a widget: a renamed class would lose its style without a word."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import textual.widgets
from textual.widget import Widget
from textual.widgets import _toast

import mixchat.tui

SELECTOR = re.compile(r"^([^{}:;/]+(?::[a-z-]+[^{};]*)?)\{", re.MULTILINE)
TYPE = re.compile(r"(?<![\w#.$:-])[A-Z]\w+")


def _kinds(kind: type[Widget]) -> list[type[Widget]]:
    return [kind, *(below for sub in kind.__subclasses__() for below in _kinds(sub))]


def _is_ours(kind: type[Widget]) -> bool:
    return kind.__module__.startswith("mixchat.")


def test_every_type_in_the_style_sheet_is_a_widget():
    for module in walk_packages(mixchat.tui.__path__, "mixchat.tui."):
        import_module(module.name)
    assert textual.widgets.Input
    assert _toast.ToastRack
    known = {kind.__name__ for kind in _kinds(Widget)}
    own = "\n".join(str(kind.__dict__.get("DEFAULT_CSS", "")) for kind in _kinds(Widget) if _is_ours(kind))
    sheet = own + re.sub(
        r"/\*.*?\*/", "", Path(mixchat.tui.__path__[0], "mixchat.tcss").read_text("utf-8"), flags=re.S
    )
    named = {name for selector in SELECTOR.findall(sheet) for name in TYPE.findall(selector)}
    assert len(named) > 15
    assert named <= known

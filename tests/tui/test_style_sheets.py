"""The style sheets speak of widgets that exist: a selector that names nothing is an error nowhere."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from importlib import resources

from textual.css.model import SelectorType
from textual.css.parse import parse
from textual.dom import DOMNode
from textual.widget import Widget

import mixchat.tui
from mixchat.tui.app import MixApp


def every_class() -> Iterator[type[DOMNode]]:
    """Yield every kind of node of the app, and what they are built on."""
    for module in pkgutil.walk_packages(mixchat.tui.__path__, "mixchat.tui."):
        importlib.import_module(module.name)
    waiting: list[type[DOMNode]] = [DOMNode]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += kind.__subclasses__()


def types_named(css: str) -> set[str]:
    """Return the kinds of nodes that a sheet's selectors name."""
    # What a theme's variables hold does not matter here.
    rules = parse("", re.sub(r"\$[\w-]+", "red", css), ("", ""), is_default_rules=True)
    chains = [chain for rule in rules for chain in rule.selector_set]
    selectors = [selector for chain in chains for selector in chain.selectors]
    return {selector.name for selector in selectors if selector.type is SelectorType.TYPE}


def test_every_selector_names_a_widget_that_exists():
    kinds = list(every_class())
    names = {kind.__name__ for kind in kinds}
    own = [kind for kind in kinds if kind.__module__.startswith("mixchat.") and issubclass(kind, Widget)]
    sheets = {kind.__name__: kind.DEFAULT_CSS for kind in own if "DEFAULT_CSS" in vars(kind)}
    sheets["mixchat.tcss"] = resources.files("mixchat.tui").joinpath(str(MixApp.CSS_PATH)).read_text("utf-8")
    unknown = {sheet: types_named(css) - names for sheet, css in sheets.items()}
    assert {sheet: found for sheet, found in unknown.items() if found} == {}

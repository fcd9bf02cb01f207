"""What is made once for all apps of a session."""

import gc
from collections.abc import Iterator
from itertools import count

import pytest
from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation


@pytest.fixture(scope="session", autouse=True)
def _sheets_parsed_once() -> Iterator[None]:
    """Parse a style sheet once for each theme, and not anew for each of hundreds of apps.

    Textual keeps what it has parsed for one app; nothing changes a rule after that.
    """
    parse = Stylesheet._parse_rules
    parsed: LRUCache[object, list[RuleSet]] = LRUCache(1_000)

    def parse_once(
        sheet: Stylesheet, css: str, read_from: CSSLocation, is_default_rules: bool = False,
        tie_breaker: int = 0, scope: str = "",
    ) -> list[RuleSet]:  # fmt: skip
        variables = frozenset(sheet._variables.items())
        key = (css, read_from, is_default_rules, tie_breaker, scope, variables)
        if (rules := parsed.get(key)) is None:
            rules = parse(sheet, css, read_from, is_default_rules, tie_breaker, scope)
            parsed[key] = rules
        return rules

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield


_APPS = count(1)
"""Counts the tests of this process, each with an app or two."""
_MANY = 25


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Collect what apps leave now and then: each has the collector pass over all that is there when it starts."""
    yield
    if next(_APPS) % _MANY == 0:
        gc.unfreeze()
        gc.collect()
        gc.freeze()

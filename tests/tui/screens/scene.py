"""A runtime with chats, calls and models to look at, and a way to open a screen of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from msgspec import structs

from mixchat.config.catalog import Catalog
from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.clock import Clock
from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.turn import Attempt, Outcome, Turn
from mixchat.domain.usage import Usage
from mixchat.tui.screens.list_screen import FilterListScreen
from tests.ledger.stage import reserve
from tests.tui.stage import CONFIG, STACK, Stage, StagedRuntime, StagedSettings, StillClock

PLAIN, LARGE, TINY, AWAY = (ModelRef.parse(ref) for ref in ("a/plain", "b/large", "c/tiny", "far/away"))
PRICED = (
    CONFIG
    + """
[prices."b/large"]
input = 3.0
output = 15.0
"""
)
SAID = (
    ("Why does this loop stop early?", "coding", LARGE, 0, "The range is half-open."),
    ("A tree of nodes without cycles", "coding", LARGE, 0, "Keep the nodes in an arena."),
    ("Trip to Lisbon in March", "daily-driver", PLAIN, 1, "Four days by the sea are enough."),
    ("How long do eggs keep?", "quick", TINY, 4, "Three weeks in the fridge."),
    ("A poem about the tide", "daily-driver", PLAIN, 40, "The tide keeps no diary of shores."),
)  # fmt: skip
P = TypeVar("P", bound=FilterListScreen[Any])


class MovedClock(StillClock):
    """Stands where it is moved to."""

    def move(self, moment: float) -> None:
        self._at = moment


class FewModels(Catalog):
    """Knows three models within reach and one that is not."""

    def aliases(self) -> Mapping[str, ModelRef]:
        return {"bee": LARGE, "far": AWAY}

    def card(self, ref: ModelRef) -> ModelCard:
        known = {
            PLAIN: ModelCard(ref=PLAIN, name="Plain", context_window=200_000, images=True, thinks=True, search=True,
                             efforts=("low", "high"), max_output=8_000),
            LARGE: ModelCard(ref=LARGE, context_window=1_000_000, thinks=True, temperature=False,
                             retires=date(2023, 12, 20), successor=PLAIN),
            TINY: ModelCard(ref=TINY, context_window=8_192, thinks=False, search=False),
        }  # fmt: skip
        return known.get(ref, ModelCard(ref=ref))


class SceneSettings(StagedSettings):
    """Settings of few models."""

    @cached_property
    def catalog(self) -> Catalog:
        return FewModels(self.paths, self.config, self.clock)

    @cached_property
    def provider_specs(self) -> Mapping[str, ProviderSpec]:
        return {
            name: ProviderSpec(name=name, key_env=(f"{name.upper()}_KEY",)) for name in ("a", "b", "c", "far")
        }


class SceneRuntime(StagedRuntime):
    """A runtime of few models, with something to find."""

    settings_type = SceneSettings

    def __init__(self, config: str = PRICED, stack: str = STACK, *, clock: Clock | None = None) -> None:
        super().__init__(config, stack, clock=clock or MovedClock())


def tell(runtime: StagedRuntime, said: tuple[tuple[str, str, ModelRef, int, str], ...] = SAID) -> None:
    """Put chats with a turn each into the history, and what they cost into the ledger."""
    clock = runtime.storage.clock
    assert isinstance(clock, MovedClock)
    now = clock.now()
    for number, (prompt, role, ref, days, reply) in enumerate(said):
        clock.move(now - 86_400 * days - 3_600 * number)
        record = structs.replace(runtime.storage.chats.new(title=prompt), id=f"chat{number}")
        runtime.storage.chats.post(record, record)
        call = MeteredCall(ref=ref, purpose="answer", role=role, chat=record.id, turn=f"turn{number}")
        request = ModelRequest(ref=ref, messages=(Message("user", prompt),))
        usage = Usage(input=4_000, output=1_000)
        counted, cost = runtime.storage.ledger.close(
            reserve(runtime.storage.ledger, call, request),
            text=reply,
            usage=usage,
            complete=True,
            failure=None,
        )
        attempt = Attempt(ref=ref, started=0.0, first_token=0.4, ended=3.0, cost=cost, usage=counted)
        created = datetime.fromtimestamp(now, UTC) - timedelta(days=days)
        runtime.storage.turns.post(
            Turn(
                id=f"turn{number}", chat=record.id, parent=None, created=created, prompt=prompt, reply=reply,
                attempts=(attempt,), outcome=Outcome.COMPLETE,
            )
        )  # fmt: skip
    clock.move(now)
    runtime.storage.chats.tag("chat0", "work")


async def opened(stage: Stage, act: str, kind: type[P]) -> P:
    """Open a screen by its act and wait until it is painted."""
    stage.screen.action_run(act)
    await stage.until(lambda: isinstance(stage.app.screen, kind))
    await stage.pilot.pause()
    screen = stage.app.screen
    assert isinstance(screen, kind)
    return screen


def said(stage: Stage) -> str:
    """Return every sentence that is shown for a while now."""
    return " ".join(notification.message for notification in stage.app._notifications)

"""What was written wrongly is kept and told; what is said is said once."""

from datetime import date
from decimal import Decimal

from msgspec import structs

from mixchat.domain.decision import Evidence
from mixchat.ledger.rates import Rates
from mixchat.tui.panel.turn_sections import describe
from tests.tui.stage import on_stage
from tests.tui.transcript.scene import FLASH, SONNET, attempt, decided, turn


async def test_a_budget_with_a_slip_is_kept_and_told():
    async with on_stage() as stage:
        for written, said in (
            ("/budget mesage 1", "mesage is not a budget"),
            ("/budget day", "How many dollars?"),
            ("/budget day ten", "ten is not an amount"),
        ):
            await stage.send(written)
            await stage.until(lambda said=said: said in stage.text)
            assert stage.composer.typed == written
            stage.composer.clear()


async def test_a_private_chat_uses_local_models_only():
    async with on_stage() as stage:
        await stage.send("/private")
        await stage.until(lambda: "This chat uses local models only." in stage.text)


def test_the_reason_and_the_source_of_prices_are_said_once():
    shown = turn("t", "fix it", "done")
    decision = structs.replace(
        decided(), evidence=(Evidence("'code'", 1.0),), why="coding 0.99: 'code'", alternatives=()
    )
    shown = structs.replace(
        shown, decision=decision, attempts=(attempt(), attempt(ref=FLASH)), prompt="fix it"
    )
    rates = Rates(input=Decimal(1), output=Decimal(4), source="the list", date=date(2026, 11, 23))
    sections = {
        section.name: [line.plain for line in section.lines]
        for section in describe(shown, {SONNET: rates, FLASH: rates})
    }
    assert sections["Why"] == ["by the built-in classifier", "code"]
    assert [line for line in sections["Cost"] if line.startswith("prices:")] == [
        "prices: the list, 2026-11-23"
    ]


def test_the_hours_before_a_reply_was_continued_are_not_its_time():
    first, later = attempt(seconds=1.6), attempt(seconds=4.9)
    later = structs.replace(later, started=7200.0, ended=7204.9)
    shown = structs.replace(turn("t", "fix it", "done"), attempts=(first, later))
    assert round(shown.seconds, 1) == 6.5

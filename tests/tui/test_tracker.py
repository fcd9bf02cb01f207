"""How many rows the sums of the panel have, whatever their place was before."""

from textual.app import App, ComposeResult
from textual.containers import Vertical

from mixchat.domain.usage import CostSum
from mixchat.tui.panel.tracker import Context, Span, SpendingState, Tracker

SPANS = (Span("chat", CostSum()), Span("today", CostSum()))


class Panel(App[None]):
    """The sums, and what stands below them."""

    def compose(self) -> ComposeResult:
        with Vertical(id="panel"):
            yield Tracker()


async def test_the_rows_are_those_of_the_width_that_there_is_now():
    app = Panel()
    async with app.run_test(size=(120, 40)) as pilot:
        tracker = app.query_one(Tracker)
        tracker.spending = SpendingState(spans=SPANS, beside="40 tokens a second, about")
        await pilot.pause()
        height = tracker.size.height
        app.query_one("#panel").styles.width = 20
        await pilot.pause()
        assert tracker.size.width == 20
        assert tracker.size.height == height == str(tracker.render()).count("\n") + 1


async def test_a_row_that_comes_or_goes_has_its_place_at_once():
    app = Panel()
    async with app.run_test(size=(40, 40)) as pilot:
        tracker = app.query_one(Tracker)
        states = [
            SpendingState(missing="no model", spans=SPANS),
            SpendingState(spans=SPANS),
            SpendingState(spans=SPANS, context=Context(10, 100)),
            SpendingState(spans=SPANS, state="writing"),
            SpendingState(missing="no model", spans=SPANS),
        ]
        for state in states:
            tracker.spending = state
            await pilot.pause()
            assert tracker.size.height == str(tracker.render()).count("\n") + 1, state

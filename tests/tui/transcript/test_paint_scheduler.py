import asyncio
from time import monotonic

from textual.app import App, ComposeResult
from textual.widgets import Static

from mixchat.tui.transcript.paint_scheduler import PaintScheduler


class Basin(App[None]):
    """Keeps what flows in, and how often it was to be painted."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[str] = []
        self.paints = 0

    def compose(self) -> ComposeResult:
        yield Static()

    def take_text(self, chunk: str) -> None:
        self.taken.append(chunk)

    def paint_text(self) -> None:
        self.paints += 1

    def is_behind(self) -> bool:
        return False

    def inflow(self) -> PaintScheduler:
        return PaintScheduler(self.query_one(Static), self)


async def idle(inflow: PaintScheduler) -> None:
    for _ in range(2_000):
        if inflow.is_idle:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("text is still on its way")


async def test_a_quick_stream_is_painted_at_intervals_and_wholly_taken_in():
    app = Basin()
    async with app.run_test():
        inflow = app.inflow()
        inflow.flush()
        app.paints, began = 0, monotonic()
        for number in range(100):
            inflow.add(f"{number} ")
            inflow.schedule()
            await asyncio.sleep(0.005)
        await idle(inflow)
        assert "".join(app.taken) == "".join(f"{number} " for number in range(100))
        assert 2 <= app.paints <= 2 + (monotonic() - began) / 0.012


async def test_a_flood_is_taken_in_by_pieces_and_ends_after_the_last():
    app = Basin()
    async with app.run_test():
        inflow, ends = app.inflow(), []
        inflow.add("x" * 50_000)
        inflow.end(lambda: ends.append(sum(map(len, app.taken))))
        assert ends == []
        await idle(inflow)
        assert ends == [50_000]
        assert max(map(len, app.taken)) < 5_000


async def test_what_waits_can_be_taken_in_at_once_or_forgotten():
    app = Basin()
    async with app.run_test():
        inflow, ends = app.inflow(), []
        inflow.add("x" * 50_000)
        inflow.end(lambda: ends.append("end"))
        inflow.drain()
        assert (sum(map(len, app.taken)), ends) == (50_000, ["end"])
        inflow.add("y")
        inflow.clear()
        inflow.flush()
        assert "y" not in app.taken

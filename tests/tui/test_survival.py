"""An exception that nobody expected ends the thing it happened in; the app goes on."""

import pytest
from textual.message_pump import MessagePump

from mixchat.tui.terminal.survival import Failures
from tests.tui.stage import on_stage


async def test_the_app_goes_on_after_a_handler_a_timer_and_a_worker_failed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(MessagePump, "_dispatch_message", MessagePump._dispatch_message)
    async with on_stage() as stage:
        stage.app.survive()

        def fail(*_: object) -> None:
            raise RuntimeError("a bug")

        async def fail_later() -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(type(stage.screen), "on_descendant_focus", fail)
        stage.screen.set_focus(None)
        stage.composer.area.focus()
        await stage.until(lambda: "it goes on" in stage.text)
        stage.screen.set_timer(0.01, fail)
        stage.screen.run_worker(fail_later())
        await stage.pilot.pause(0.2)
        await stage.type("still here")
        await stage.until(lambda: "still here" in stage.composer.typed)
        assert stage.app.is_running


def test_what_does_not_stop_failing_is_left():
    failures = Failures()
    assert [failures.can_go_on() for _ in range(7)] == [True] * 5 + [False] * 2


async def test_a_task_begins_after_who_makes_it_went_on():
    """In every version of Python alike: what is over before it is known would leave its maker busy for ever."""
    async with on_stage() as stage:
        order: list[str] = []

        async def task() -> None:
            order.append("task")

        stage.screen.run_worker(task())
        order.append("maker")
        await stage.until(lambda: len(order) == 2)
        assert order == ["maker", "task"]

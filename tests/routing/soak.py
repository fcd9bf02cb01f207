"""Many turns of real chats with random faults of the provider, and people who stop, go on and ask again."""

import asyncio
import os
import random
from collections import Counter
from contextlib import aclosing
from pathlib import Path
from typing import Final

from mixchat.chat.chat import Chat
from mixchat.chat.messages import CONTINUE
from mixchat.chat.services import ChatServices
from mixchat.domain.decision import Classification
from mixchat.domain.events import ChatEvent, TextDelta, TurnFailed, TurnFinished
from mixchat.domain.turn import Outcome, Turn
from mixchat.routing.router import Router
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.turns import TurnStore
from tests.routing.scripted import FixedClassifier, stack
from tests.routing.stage import Stage
from tests.wires.script import Hangup, Reply, Reset, Script, Silence, Status, deltas
from tests.wires.server import Seen

TURNS_A_CHAT: Final = 12
STACK: Final = stack(coding=["main/one", "spare/two"], daily_driver=["main/three"])
FAULTS: Final = ("drop", "truncate", "reset", "garbage", "error", "stall")
STATUSES: Final = (400, 401, 402, 403, 404, 408, 409, 429, 500, 502, 503, 529)


def whole(prompt: str) -> str:
    """Return the reply to a prompt: it tells which one it is, and no piece of it comes twice."""
    return " ".join(f"{prompt}-{n}" for n in range(12))


def sockets() -> int:
    """Return how many sockets this process has open, the way Linux lists them; elsewhere none."""
    if not Path("/proc/self/fd").is_dir():
        return 0
    names = (entry.path for entry in os.scandir("/proc/self/fd"))
    return sum("socket:" in str(Path(name).readlink()) for name in names if os.path.lexists(name))


class Chaos:
    """The provider's moods, by a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.calm = False

    def script(self, seen: Seen) -> Script:
        """Return what a request gets: what is left of its reply, or a fault."""
        messages = seen.json["messages"]
        text = whole(messages[-1]["content"])
        if messages[-1]["content"] == CONTINUE:
            text = whole(messages[-3]["content"])[len(messages[-2]["content"]) :]
        fate = self.dice.random()
        if self.calm or fate < 0.5:
            return Reply(text)
        if fate < 0.75:
            return Reply(text, ending=self.dice.choice(FAULTS), after=self.dice.randrange(len(deltas(text))))
        if fate < 0.9:
            return Status(self.dice.choice(STATUSES), retry_after=self.dice.choice((None, "1", "900")))
        return self.dice.choice((Reset(), Hangup(), Silence(), Reply(text, wait=0.02)))


class Soak:
    """Runs the turns, and looks at each as it ends: on the screen, on disk, and in what is left open."""

    def __init__(self, stage: Stage, folder: Path, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self._stage = stage
        self._chaos = Chaos(seed)
        self._dice = random.Random(seed + 1)
        stage.wires.default = self._chaos.script
        self.database = Database(folder / "history.db", background=True)
        classification = Classification("coding", 0.9, "local")
        router = Router(STACK, classifier=FixedClassifier(classification), resources=stage.resources)
        self._turns = TurnStore(self.database)
        self._chat_services = ChatServices(
            chats=ChatStore(self.database, stage.clock),
            turns=self._turns,
            router=lambda: router,
            clock=stage.clock,
            learned=lambda: None,
        )

    async def run(self, turns: int) -> None:
        """Play so many turns.

        Raises:
            AssertionError: a turn did not end as it must.
        """
        chat = self._new_chat()
        for number in range(turns):
            if number % TURNS_A_CHAT == 0:
                chat = self._new_chat()
            prompt = f"p{number}"
            stopped = await self._send(chat, prompt)
            turn = self._settled(chat, prompt, stopped)
            if turn is not None and turn.reply not in ("", whole(prompt)):
                await self._go_on(chat, turn)
            assert not self._stage.meter.running_calls
            self._stage.clock.skip(self._dice.choice((0, 1, 20)))

    def _new_chat(self) -> Chat:
        return Chat(self._chat_services.chats.new(), self._chat_services)

    async def _send(self, chat: Chat, prompt: str) -> bool:
        """Send a prompt, and now and then stop it; return whether it was stopped."""
        reading = asyncio.create_task(self._read(chat, prompt))
        if self._dice.random() < 0.1:
            asyncio.get_running_loop().call_later(self._dice.random() * 0.02, reading.cancel)
        try:
            await reading
        except asyncio.CancelledError:
            return True
        return False

    async def _read(self, chat: Chat, prompt: str) -> None:
        painted: list[str] = []
        last: ChatEvent | None = None
        async with aclosing(chat.send(prompt)) as events:
            async for last in events:
                painted += [last.text] if isinstance(last, TextDelta) else []
        assert isinstance(last, TurnFinished | TurnFailed)
        assert "".join(painted) == last.turn.reply

    def _settled(self, chat: Chat, prompt: str, stopped: bool) -> Turn | None:
        """Look at the turn on disk; `None`: it was stopped before anything came, and its prompt is back."""
        withdrawn, chat.withdrawn = chat.withdrawn, None
        if withdrawn is not None:
            assert stopped
            assert withdrawn.prompt == prompt
            self.counts["withdrawn"] += 1
            return None
        if stopped and all(turn.prompt != prompt for turn in chat.turns):
            self.counts["given up"] += 1  # before it was on disk: then nothing of it is
            return None
        turn = self._turns.get(chat.turns[-1].id)
        assert turn.prompt == prompt
        self._ended_well(turn)
        self.counts[turn.outcome.value] += 1
        return turn

    @staticmethod
    def _ended_well(turn: Turn) -> None:
        match turn.outcome:
            case Outcome.COMPLETE:
                assert turn.reply == whole(turn.prompt)
                assert turn.failure is None
            case Outcome.FAILED:
                assert turn.failure is not None
                assert turn.failure.message
                assert turn.attempts
            case Outcome.STOPPED:
                assert turn.failure is None
            case Outcome.OPEN:
                raise AssertionError(f"{turn.prompt} was left open")
        assert whole(turn.prompt).startswith(turn.reply)

    async def _go_on(self, chat: Chat, turn: Turn) -> None:
        """Continue a reply that was cut until it is whole; the provider calms down in the end."""
        for tries in range(20):
            self._chaos.calm = tries >= 4
            async with aclosing(chat.continue_reply(turn.id)) as events:
                async for _ in events:
                    pass
            turn = self._turns.get(turn.id)
            self._ended_well(turn)
            if turn.outcome is Outcome.COMPLETE:
                break
            self._stage.clock.skip(30)
        self._chaos.calm = False
        assert turn.outcome is Outcome.COMPLETE, turn.failure
        assert turn.seams
        self.counts["continued"] += 1

"""A desk on a real database, and a chat on the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mixchat.chat.chat import Chat
from mixchat.chat.services import ChatServices
from mixchat.classifier.learned import Learned
from mixchat.domain.clock import SystemClock
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.turns import TurnStore
from tests.chat.scripted import ScriptedRouter


async def _mask(text: str) -> str:
    return text.replace("opensesame", "[a password]")


class Place:
    """A desk whose router can be exchanged, and what it was taught."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.router = ScriptedRouter()
        self.lessons = Learned(database.path.parent)
        clock = SystemClock()
        self.services = ChatServices(
            chats=ChatStore(database, clock),
            turns=TurnStore(database),
            router=lambda: self.router,
            clock=clock,
            learned=lambda: self.lessons,
            mask=_mask,
        )

    @property
    def learned(self) -> list[tuple[str, str, str]]:
        """What counts of all that was taught: prompt, role or model, and how."""
        return [(lesson.prompt, lesson.target, lesson.source) for lesson in self.lessons.list()]

    def chat(self, *scripts: object) -> Chat:
        """Return a new chat whose turns play `scripts`."""
        self.router = ScriptedRouter(*scripts)  # type: ignore[arg-type]
        return Chat(self.services.chats.new(), self.services)

    def reopen(self, chat: Chat) -> Chat:
        """Return the chat as another start of the program would see it."""
        return Chat(self.services.chats.find(chat.id), self.services)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    database = Database(tmp_path / "history.db")
    yield Place(database)
    database.close()

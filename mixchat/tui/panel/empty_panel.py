"""What the side panel shows of an empty chat: recent chats, or which providers could be asked."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from mixchat.domain.plain_text import one_line
from mixchat.domain.usage import CostSum
from mixchat.ledger import money
from mixchat.tui import formatting
from mixchat.tui.onboarding.provider_status import ProviderFinding

_AGE = 9
_COST = 10
_COSTS = (
    "The built-in model is free and stays on this machine. With a key, each message shows its price before you send it. "
    "A daily budget can be set in Settings at any time."
)


class RecentChat(Struct, frozen=True):
    """A chat that could be opened."""

    id: str
    title: str
    age: float
    """Seconds since it was used."""
    cost: CostSum


class EmptyPanel(Widget):
    """Stands where the turns will be listed."""

    DEFAULT_CSS = "EmptyPanel { height: 1fr; width: 1fr; }"

    recent: reactive[Sequence[RecentChat]] = reactive[Sequence[RecentChat]](())
    findings: reactive[Sequence[ProviderFinding]] = reactive[Sequence[ProviderFinding]](())
    """Of which providers something is to be said, while none can be asked."""
    all_key: reactive[str] = reactive("")
    """The key that shows every chat."""

    class Opened(Message):
        """A chat was clicked; without an id, all chats are to be shown."""

        def __init__(self, chat: str) -> None:
            super().__init__()
            self.chat = chat

    def render(self) -> Content:
        """Return the rows there is room for."""
        width = self.size.width
        rows = list(self._providers(width) if self.findings else self._recent(width))
        return Content("\n").join(rows[: max(self.size.height, 1)])

    def _recent(self, width: int) -> Iterator[Content]:
        if not self.recent:
            return
        every = Content.assemble((self.all_key, "$text"), (" all", "$text-muted"))
        gap = max(width - 12 - every.cell_length, 1)
        yield Content.assemble(
            ("Recent chats", "$text bold"), " " * gap, every.stylize(Style.from_meta({"chat": ""}))
        )
        yield Content()
        for chat in self.recent:
            cost = money.aligned(money.tally(chat.cost) if chat.cost.calls else "", _COST)
            room = max(width - _AGE - _COST, 1)
            row = Content.assemble(
                Content.styled(one_line(chat.title) or "Untitled", "$text").truncate(
                    room, ellipsis=True, pad=True
                ),
                (formatting.age(chat.age).rjust(_AGE), "$text-muted"),
                (cost, "$body"),
            )
            yield row.stylize(Style.from_meta({"chat": chat.id}))

    def _providers(self, width: int) -> Iterator[Content]:
        yield Content.styled("Providers", "$text bold")
        yield Content()
        for finding in self.findings:
            mark = ("● ", "$success") if finding.ready else ("○ ", "$text-muted")
            words = Content.styled(finding.words, "$text-muted")
            left = Content.assemble(mark, (finding.label, "$text"))
            words = words.truncate(max(width - left.cell_length - 2, 1), ellipsis=True)
            yield Content.assemble(left, " " * max(width - left.cell_length - words.cell_length, 1), words)
        yield Content()
        yield Content()
        yield Content.styled("What it costs", "$text bold")
        yield Content()
        yield from Content.styled(_COSTS, "$text-muted").wrap(max(width, 1))

    def on_click(self, event: events.Click) -> None:
        """Open the chat that was clicked."""
        chat = event.style.meta.get("chat")
        if event.button == 1 and chat is not None:
            self.post_message(self.Opened(str(chat)))

"""What a person sends, and what the router is asked about it."""

from msgspec import Struct, field, structs

from mixchat.domain.decision import Classifier
from mixchat.domain.meter import Purpose
from mixchat.domain.model import Effort
from mixchat.domain.request import Message
from mixchat.domain.stack import Slot
from mixchat.domain.turn import FileRef


class Pin(Struct, frozen=True):
    """A role or a model that was chosen instead of by the router; exactly one is set."""

    name: str
    """As it was written, without the `@`."""
    role: str | None = None
    slot: Slot | None = field(default=None, name="seat")  # as saved chats have it
    chosen_by: Classifier = "pin"
    """The person, or what was asked for: the rest of a reply, or a summary."""

    @property
    def target(self) -> str:
        """The role, or the model's reference."""
        return str(self.slot.ref) if self.slot is not None else self.role or self.name


class GenerationSettings(Struct, frozen=True, kw_only=True):
    """What a chat or one message sets over its slot's own settings; `None` leaves the slot's."""

    system: str | None = None
    effort: Effort | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    search: bool | None = None

    def over(self, other: "GenerationSettings") -> "GenerationSettings":
        """Return these settings, with `other`'s where these say nothing."""
        mine = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not None}
        return structs.replace(other, **mine)


class GuardOverrides(Struct, frozen=True):
    """What the person was asked about and let pass, for one turn."""

    secret: bool = False
    secret_for_good: bool = False
    """Never to be asked about these credentials again."""
    over_budget: bool = False


class TurnRequest(Struct, frozen=True, kw_only=True):
    """What the person sends: the words, and everything chosen for this message alone."""

    text: str
    files: tuple[FileRef, ...] = ()
    pin: Pin | None = None
    settings: GenerationSettings = GenerationSettings()
    allow: GuardOverrides = GuardOverrides()
    plan: str = ""
    """What a planning model has written for it already: it is not asked, and paid, again."""


class RoutingInput(Struct, frozen=True, kw_only=True):
    """A prompt, to be given a role."""

    prompt: str
    history: tuple[str, ...] = ()
    """The prompts before this one in the same chat, oldest first."""
    last_role: str | None = None
    """The role of the last turn before this one that was more than a greeting or thanks."""
    files: tuple[FileRef, ...] = ()
    file_starts: tuple[str, ...] = ()
    """The first lines of each file, empty for what is not text."""
    pin: Pin | None = None
    private: bool = False
    """The chat is private: only local models may take it."""
    continues: bool = False
    """The reply to it was cut off and the rest is asked for: nothing is planned again."""
    chat: str | None = None
    """The chat's id: its budget may be nearly used up, and models have read it."""
    turn: str | None = None
    """The turn's id, once there is one: what asking about it costs is booked to it."""
    settings: GenerationSettings = GenerationSettings()
    """What is set over a slot's own settings: another effort or system prompt is another cache."""


class ChatRequest(Struct, frozen=True, kw_only=True):
    """What is to be sent once a fallback order is decided; each slot gets a `Request` made from it."""

    messages: tuple[Message, ...]
    """The whole path of the chat, oldest first; the last is the person's."""
    kept: int = 1
    """How many of the last messages belong together and are never cut off to fit a window."""
    settings: GenerationSettings = GenerationSettings()
    plan: str = ""
    """A plan that is there already."""
    chat: str | None = None
    turn: str | None = None
    purpose: Purpose = "answer"
    allow_secret: bool = False
    """The person was shown the secret and said to send it anyway."""
    allow_secret_for_good: bool = False
    """The person said never to be asked about it again."""
    allow_over_budget: bool = False
    """The person was shown the budget and said to send anyway, once."""

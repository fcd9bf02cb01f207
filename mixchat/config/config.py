"""The config file's shape: every key, what it may be and what it is when left out."""

from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from mixchat.config.stack_file import RoleTable
from mixchat.domain.decision import Economy
from mixchat.domain.model import ModelRef

Api = Literal["chat", "responses", "anthropic", "google", "ollama"]


_MOST_DOLLARS: Final = 1_000_000_000
"""More is a slip of the finger, and would be no limit at all."""


def _dollars(table: Struct) -> None:
    for name in table.__struct_fields__:
        amount = getattr(table, name)
        if amount is not None and not (amount.is_finite() and 0 <= amount <= _MOST_DOLLARS):
            most = f", at most {_MOST_DOLLARS:,}" if amount.is_finite() and amount > 0 else ", zero or more"
            raise ValueError(f"{name} must be a number of dollars{most}, not {amount}.")


def _check_ref(key: str, ref: str) -> None:
    try:
        ModelRef.parse(ref)
    except ValueError:
        raise ValueError(f'{key} must be a model reference, written provider/model, not "{ref}".') from None


class Budget(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits in dollars; one that is left out does not exist."""

    chat: Decimal | None = None
    """The most that one chat may cost."""
    day: Decimal | None = None
    """The most that one day may cost."""
    month: Decimal | None = None
    """The most that one month may cost."""
    message: Decimal | None = None
    """The most that one message may cost."""

    def __post_init__(self) -> None:
        _dollars(self)


def _seconds(name: str, value: float | None) -> None:
    if value is not None and not 1 <= value <= 3600:
        raise ValueError(f"{name} must be a number of seconds from 1 to 3600, not {value:g}.")


class RouterConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How prompts get their roles."""

    judge: str | None = None
    """A small model that chooses the role when mixchat is unsure."""
    margin: float = 0.2
    """How close two roles must be to ask the judge, 0 to 1."""
    learn: bool = True
    """Your pins, picks and corrections teach the router."""
    embeddings: str | None = None
    """A model that compares prompts with each role's examples."""
    economy: Economy = "balanced"
    """How much more a better answer may cost. `quality`: any price; `balanced`: a bit; `saver`: little."""
    secrets: bool = True
    """You are asked before a prompt with a credential is sent."""
    first_token: float | None = None
    """How long to wait for a silent model. By default 10 seconds, longer for a model that thinks in silence, is
    loaded first, or has much to read; then the next one is asked."""
    silence: float = 30.0
    """How long silence may last before an unpinned message fails."""

    def __post_init__(self) -> None:
        if not 0 <= self.margin <= 1:
            raise ValueError(f"margin must be a number from 0 to 1, not {self.margin}.")
        _seconds("first_token", self.first_token)
        _seconds("silence", self.silence)


class UiConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the app behaves on the screen."""

    mouse: bool = True
    """The mouse scrolls, clicks and selects."""
    notify: bool = True
    """The terminal tells you when a long reply is done."""
    vim: bool = False
    """Vim keys in the prompt."""
    plain: bool = False
    """Plain lines of text, for screen readers and old terminals."""
    animations: bool = True
    """Motion on the screen."""
    images: Literal["auto", "off"] = "auto"
    """Attached pictures, where the terminal can show them. Needs `pip install "mixchat[images]"`; `off` shows names."""


class ProviderConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A server of one's own, or changes to a built-in provider."""

    base_url: str | None = None
    """Where the server is, such as `https://llm.example.com/v1`."""
    key_env: str | None = None
    """The environment variable that holds the key."""
    key_command: str | None = None
    """A command that prints the key: `op read op://work/llm/key`."""
    api: Api | None = None
    """The protocol that the server speaks. By default the built-in provider's, else `chat`."""
    headers: dict[str, str] = {}
    """Headers to send with every request."""
    models: tuple[str, ...] = ()
    """The models to offer where the server cannot list them."""
    local: bool | None = None
    """What is sent there stays on this machine. Private chats may use it."""
    first_token: float | None = None
    """How long to wait for a silent model of this provider."""

    def __post_init__(self) -> None:
        _seconds("first_token", self.first_token)
        if self.base_url is not None and not self.base_url.startswith(("http://", "https://")):
            raise ValueError(f'base_url must begin with "https://" or "http://", not "{self.base_url}".')


class PriceConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Prices of one model in dollars per million tokens; they go before every price list."""

    input: Decimal | None = None
    """Dollars per million tokens read."""
    output: Decimal | None = None
    """Dollars per million tokens written, thinking included."""
    cache_read: Decimal | None = None
    """Dollars per million tokens read from the cache. By default as input."""
    cache_write: Decimal | None = None
    """Dollars per million tokens written to the cache. By default as input."""
    search: Decimal | None = None
    """Dollars per thousand web searches."""

    def __post_init__(self) -> None:
        _dollars(self)


class EngineConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much of the machine a model on it may have."""

    context: int = 8192
    """The longest context, also for models that could have more."""
    idle: float = 300.0
    """How long an idle model stays in memory."""
    memory: float | None = None
    """How much memory a loaded model may take."""
    threads: int | None = None
    """How many threads it runs on."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            number = getattr(self, name)
            if number is not None and number <= 0:
                raise ValueError(f"{name} must be a number above zero, not {number}.")


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that a person can set, with what it is when left out."""

    stack: str = "auto"
    """Which model answers which role."""
    theme: str = "mixchat-dark"
    """Colours; auto follows the terminal's background."""
    system: str | None = None
    """System prompt for every role that has none of its own."""
    private: bool = False
    """Only models on this machine answer, in every chat."""
    favourites: tuple[str, ...] = ()
    """Models or roles to pin a chat to, one after the other."""
    titles: bool | str = True
    """A cheap model names your chats, or the model given here."""
    budget: Budget = Budget()
    """Limits in dollars."""
    router: RouterConfig = RouterConfig()
    """How prompts get their roles."""
    ui: UiConfig = UiConfig()
    """How the app behaves on the screen."""
    aliases: dict[str, str] = {}
    """Short names for models, such as @opus."""
    providers: dict[str, ProviderConfig] = {}
    """Servers of your own, and changes to the built-in ones."""
    prices: dict[str, PriceConfig] = {}
    """Prices of models that the price list lacks or has wrong."""
    local: dict[str, str] = {}
    """GGUF files on this machine, as models local/name."""
    engine: EngineConfig = EngineConfig()
    """How much of the machine a local model may have."""
    roles: dict[str, RoleTable] = {}
    """Changes to roles, in every stack."""
    keys: dict[str, str] = {}
    """Your own keys for actions."""

    def __post_init__(self) -> None:
        for name, ref in self.aliases.items():
            _check_ref(f'aliases."{name}"', ref)
        for ref in self.prices:
            _check_ref(f'prices."{ref}"', ref)
        for table in ("providers", "local"):
            for name in getattr(self, table):
                if not name or "/" in name:
                    raise ValueError(f'{table}."{name}" has a name that is empty or holds a slash.')


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a directory's `.mixchat.toml` may set: nothing that says where a key goes or comes from."""

    stack: str | None = None
    """The stack in use below this directory."""
    theme: str | None = None
    """The theme in use below this directory."""
    system: str | None = None
    """The system prompt of roles that have none of their own."""
    private: bool | None = None
    """Whether every chat below this directory is private."""
    budget: Budget = Budget()
    """Limits in dollars."""
    roles: dict[str, RoleTable] = {}
    """Roles that are laid over those of the stack."""

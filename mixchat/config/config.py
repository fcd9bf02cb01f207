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
    """Dollars that one chat may cost."""
    day: Decimal | None = None
    """Dollars that one day may cost."""
    month: Decimal | None = None
    """Dollars that one month may cost."""
    message: Decimal | None = None
    """Dollars that one message may cost."""

    def __post_init__(self) -> None:
        _dollars(self)


def _seconds(name: str, value: float | None) -> None:
    if value is not None and not 1 <= value <= 3600:
        raise ValueError(f"{name} must be a number of seconds from 1 to 3600, not {value:g}.")


class RouterConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How prompts get their roles."""

    judge: str | None = None
    """The small model that is asked when the local classifier is unsure; left out: never asked."""
    margin: float = 0.2
    """How close the two likeliest roles must be, in probability, for the judge to be asked."""
    learn: bool = True
    """Whether pins and corrections teach the router."""
    embeddings: str | None = None
    """The embedding model that compares prompts with a role's examples; left out: local features do."""
    economy: Economy = "balanced"
    """What a better answer may cost: `quality` (whatever it takes), `balanced` (a few cents more) or `saver` (little)."""
    secrets: bool = True
    """Whether a prompt that holds a credential is stopped before it leaves this machine."""
    first_token: float | None = None
    """Seconds that a silent model is waited for before the next one is asked; left out: 10, and longer where a model
    thinks in silence, is loaded first, or has much to read."""
    silence: float = 30.0
    """Seconds of silence in all after which a message without a pin is given up, whoever was asked."""

    def __post_init__(self) -> None:
        if not 0 <= self.margin <= 1:
            raise ValueError(f"margin must be a number from 0 to 1, not {self.margin}.")
        _seconds("first_token", self.first_token)
        _seconds("silence", self.silence)


class UiConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the app behaves on the screen."""

    mouse: bool = True
    """Whether the mouse scrolls, clicks and selects."""
    notify: bool = True
    """Whether the terminal is told when a long reply is done and nobody is looking."""
    vim: bool = False
    """Whether the composer starts with vim keys."""
    plain: bool = False
    """Whether the app is append-only text, for screen readers and plain terminals."""
    animations: bool = True
    """Whether things move."""


class ProviderConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A server of one's own, or changes to a built-in provider."""

    base_url: str | None = None
    """Where the server is, such as `https://llm.example.com/v1`."""
    key_env: str | None = None
    """The environment variable that holds the key."""
    key_command: str | None = None
    """A command that prints the key, such as `op read op://work/llm/key`."""
    api: Api | None = None
    """What the server speaks; left out: what the built-in provider speaks, else `chat`."""
    headers: dict[str, str] = {}
    """Further headers of every request."""
    models: tuple[str, ...] = ()
    """Models of the server, where it cannot be asked for them."""
    local: bool | None = None
    """Whether nothing that is sent there leaves this machine; left out: only where mixchat knows it."""
    first_token: float | None = None
    """Seconds that a silent model of this provider is waited for before the next one is asked."""

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
    """Dollars per million tokens read from the cache; left out: as `input`."""
    cache_write: Decimal | None = None
    """Dollars per million tokens written to the cache; left out: as `input`."""
    search: Decimal | None = None
    """Dollars per thousand web searches."""

    def __post_init__(self) -> None:
        _dollars(self)


class EngineConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much of the machine a model on it may have."""

    context: int = 8192
    """Most tokens of context, also for models that were trained on more."""
    idle: float = 300.0
    """Seconds without a request after which the model is unloaded."""
    memory: float | None = None
    """Gigabytes that a loaded model may take; left out: what is free."""
    threads: int | None = None
    """Threads that it computes with; left out: one fewer than the machine has cores."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            number = getattr(self, name)
            if number is not None and number <= 0:
                raise ValueError(f"{name} must be a number above zero, not {number}.")


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that a person can set, with what it is when left out."""

    stack: str = "auto"
    """The stack in use."""
    theme: str = "mixchat-dark"
    """The theme in use; `auto` is mixchat-dark or mixchat-light, as the terminal's background is."""
    system: str | None = None
    """The system prompt of roles that have none of their own."""
    private: bool = False
    """Whether every chat is private: only models on this machine answer."""
    favourites: tuple[str, ...] = ()
    """The models or roles that one key pins a chat to, one after another."""
    titles: bool | str = True
    """Whether a model names the chats, or which one does."""
    budget: Budget = Budget()
    """Limits in dollars."""
    router: RouterConfig = RouterConfig()
    """How prompts get their roles."""
    ui: UiConfig = UiConfig()
    """How the app behaves on the screen."""
    aliases: dict[str, str] = {}
    """Short names for model references."""
    providers: dict[str, ProviderConfig] = {}
    """Servers of one's own, and changes to the built-in ones."""
    prices: dict[str, PriceConfig] = {}
    """Prices by model reference, where the price list has none or is wrong."""
    local: dict[str, str] = {}
    """GGUF files on this machine by the model's name: `local/<name>`."""
    engine: EngineConfig = EngineConfig()
    """How much of the machine a local model may have."""
    roles: dict[str, RoleTable] = {}
    """Roles that are laid over those of every stack."""
    keys: dict[str, str] = {}
    """Keys by action id."""

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

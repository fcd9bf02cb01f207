"""What can go wrong, named by what a person can do about it.

ProviderError
├── NeedsKey       add or correct a key
├── OutOfCredit    top up the account
├── UnknownModel   edit the stack
├── RateLimited    wait
├── Overloaded     try again
├── Unreachable    check the network or the address
├── TooSlow        nothing was heard within the limit
├── TooLong        shorten, or take a larger window
├── LimitUsedUp    allow more tokens, or less effort
├── Interrupted    continue or retry; what came is kept
├── Refused        rephrase
├── BadRequest     tell us
└── Guarded        mixchat itself stopped the call
    ├── OverBudget     raise the budget, or take a cheaper model
    ├── SecretFound    send anyway, send to a local model, or edit
    └── NoLocalModel    give the private role a local model
ConfigError        correct the file at the line named
StorageError       make room on the disk; what is on the screen is not saved yet

How the router treats each of them is data in `mixchat.routing.policy`.
"""

from decimal import Decimal
from typing import ClassVar, Literal

from msgspec import Struct
from msgspec.structs import replace

from mixchat.domain.model import ModelRef
from mixchat.domain.plain_text import without_passwords

ErrorCode = Literal[
    "auth", "no_credit", "unknown_model", "rate_limited", "overloaded", "unreachable", "timeout",
    "too_long", "out_of_tokens", "refused", "bad_request", "interrupted", "budget", "secret", "private",
]  # fmt: skip


class BudgetOverrun(Struct, frozen=True):
    """The budget that a call would pass."""

    scope: str
    """`message`, `chat`, `day` or `month`; `price`: none is passed, but nobody knows what the call costs."""
    amount: Decimal | None = None
    """Dollars that the call may cost; `None`: its price is not known."""


class Failure(Struct, frozen=True):
    """An error as a value: what a turn, an attempt and the ledger keep of it."""

    code: ErrorCode
    message: str
    """One plain sentence."""
    ref: ModelRef | None = None
    retry_after: float | None = None
    """Seconds the provider asked to wait."""
    request_id: str | None = None
    overrun: BudgetOverrun | None = None
    reached: bool = True
    """False: no connection to the server was made, so nothing was sent and nothing is owed."""
    higher_limit: int | None = None
    """Tokens that would be worth allowing, where the limit was used up: one key asks again with them."""


class ProviderError(Exception):
    """A call that did not give a reply. `message` is one sentence a person can act on."""

    code: ClassVar[ErrorCode] = "bad_request"
    title: ClassVar[str] = "The model did not answer"

    def __init__(
        self,
        message: str,
        *,
        ref: ModelRef | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
        status: int | None = None,
        reached: bool = True,
    ) -> None:
        message = without_passwords(message)
        super().__init__(message)
        self.message = message
        self.ref = ref
        self.retry_after = retry_after
        self.request_id = request_id
        self.status = status
        """The HTTP status, where there was one."""
        self.reached = reached
        """Whether there was a connection at all."""
        self.param: str | None = None
        """The field of the request that the provider names as the cause."""

    @property
    def failure(self) -> Failure:
        """Return this error as a value."""
        return Failure(
            self.code, self.message, self.ref, self.retry_after, self.request_id, reached=self.reached
        )


class NeedsKey(ProviderError):
    """The key is missing, wrong or not allowed to do this, from here or at all."""

    code = "auth"
    title = "Access was refused"


class OutOfCredit(ProviderError):
    """The account has no credit left or reached its own limit."""

    code = "no_credit"
    title = "The account is out of credit"


class UnknownModel(ProviderError):
    """The provider has no such model, or no longer."""

    code = "unknown_model"
    title = "There is no such model"


class RateLimited(ProviderError):
    """Too many requests; `retry_after` says how long to wait, where known."""

    code = "rate_limited"
    title = "The provider is limiting requests"


class Overloaded(ProviderError):
    """The provider answered with a server error."""

    code = "overloaded"
    title = "The provider is overloaded"


class Unreachable(ProviderError):
    """No connection, or it broke before the reply began."""

    code = "unreachable"
    title = "The provider cannot be reached"


class TooSlow(ProviderError):
    """Nothing was heard within the limit."""

    code = "timeout"
    title = "The provider is silent"


class TooLong(ProviderError):
    """The conversation does not fit the model's window."""

    code = "too_long"
    title = "The conversation is too long for this model"


class LimitUsedUp(ProviderError):
    """The limit of tokens was used up before the first word; the same call would end the same."""

    code = "out_of_tokens"
    title = "The limit of tokens was used up"
    higher_limit: int | None = None

    @property
    def failure(self) -> Failure:
        """Return this error as a value."""
        return replace(super().failure, higher_limit=self.higher_limit)


class Interrupted(ProviderError):
    """The reply was cut or made no sense; what came of it is kept."""

    code = "interrupted"
    title = "The reply was cut off"


class Refused(ProviderError):
    """The model or a filter declined to answer."""

    code = "refused"
    title = "The model refused"


class BadRequest(ProviderError):
    """The provider rejected the request for a reason that is none of the others."""

    code = "bad_request"
    title = "The provider rejected the request"


class OwnNetwork(BadRequest):
    """A page is on this machine or in its own network, which nobody said may be asked."""


class GuardStopped(ProviderError):
    """mixchat itself stopped the call before anything was sent."""


class OverBudget(GuardStopped):
    """The call would pass a budget."""

    code = "budget"
    title = "The budget stopped it"

    def __init__(
        self, message: str, *, ref: ModelRef | None = None, overrun: BudgetOverrun | None = None
    ) -> None:
        super().__init__(message, ref=ref)
        self.overrun = overrun

    @property
    def failure(self) -> Failure:
        """Return this error as a value."""
        return replace(super().failure, overrun=self.overrun)


class SecretFound(GuardStopped):
    """The prompt holds a credential."""

    code = "secret"
    title = "The prompt holds a secret"


class NoLocalModel(GuardStopped):
    """A private role or chat has no model on this machine."""

    code = "private"
    title = "Nothing local can take this"


class ConfigError(Exception):
    """A config or stack file, or a command line, that cannot be used.

    The text is one sentence that names the file, the line, the key and what is allowed.
    """


class StorageError(Exception):
    """The history could not be written: the disk is full, read-only or locked."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing
        """Whether the same write can be made later."""


ERRORS: dict[ErrorCode, type[ProviderError]] = {
    kind.code: kind
    for kind in (
        NeedsKey, OutOfCredit, UnknownModel, RateLimited, Overloaded, Unreachable, TooSlow,
        TooLong, LimitUsedUp, Interrupted, Refused, BadRequest, OverBudget, SecretFound, NoLocalModel,
    )
}  # fmt: skip


def to_exception(failure: Failure) -> ProviderError:
    """Return the exception that `failure` is the value of."""
    return ERRORS[failure.code](
        failure.message,
        ref=failure.ref,
        retry_after=failure.retry_after,
        request_id=failure.request_id,
        reached=failure.reached,
    )

"""The border of an adapter: whatever a library raises inside comes out as a child of `ProviderError`."""

import json
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.errors import (
    BadRequest,
    Interrupted,
    LimitUsedUp,
    NeedsKey,
    OutOfCredit,
    Overloaded,
    ProviderError,
    RateLimited,
    Refused,
    TooLong,
    TooSlow,
    UnknownModel,
    Unreachable,
)
from mixchat.domain.model import ModelRef
from mixchat.providers.api_error import ApiError
from mixchat.providers.error_rules import Cause, classify_error
from mixchat.providers.retry_after import in_words, retry_after
from mixchat.providers.text import plain, redacted
from mixchat.providers.tls_error import tls_sentence
from mixchat.providers.transport import Unreadable

NONSENSE: Final = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What reading an event raises when its shape is not the documented one; `JSONDecodeError` is the first's child."""

_OWN: Final = (OSError, ImportError, json.JSONDecodeError, Unreadable)
"""What the standard library raises for a broken connection, a missing library, a broken body; and our own transport."""

_BROKEN: Final = frozenset({
    "RemoteProtocolError", "ReadError", "WriteError", "CloseError", "DecodingError", "StreamError",
    "IncompleteRead", "ClosedResourceError", "StreamConsumed",
})  # fmt: skip
_NEVER_MET: Final = frozenset({
    "ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL",
    "TooManyRedirects", "ImportError", "OSError",
})  # fmt: skip
_UNSENT: Final = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "InvalidURL", "UnsupportedProtocol"}
)
_SILENT: Final = frozenset({"ReadTimeout", "WriteTimeout", "APITimeoutError"})


class ErrorMapper:
    """Translates errors for one call to one provider. `begun` says whether the reply has begun."""

    def __init__(self, spec: ProviderSpec, ref: ModelRef | None = None, key: str | None = None) -> None:
        self._spec = spec
        self._ref = ref
        self._key = key
        self.begun = False

    @property
    def ref(self) -> ModelRef | None:
        """The model that was asked."""
        return self._ref

    @contextmanager
    def __call__(self, *kinds: type[BaseException]) -> Generator[None]:
        """Translate the libraries' exceptions, and those of `kinds`, around opening and reading a stream."""
        try:
            yield
        except ProviderError:
            raise
        except BaseException as error:
            if not isinstance(error, (*_library_errors(), *_OWN, *kinds)):
                raise
            raise self.translated(error) from error

    @contextmanager
    def parsing(self) -> Generator[None]:
        """Around reading one event: a shape that makes no sense is `Interrupted`."""
        try:
            yield
        except ProviderError:
            raise
        except NONSENSE as error:
            if _chain(error, (*_library_errors(), ProviderError, Unreadable)):
                raise self.translated(error) from error
            raise self._nonsense() from error

    def translated(self, error: BaseException) -> ProviderError:
        """Return the error by its name, with one sentence to act on."""
        for link in _links(error):
            if isinstance(link, ProviderError):  # one of our own that an SDK has wrapped
                return link
            if isinstance(link, Unreadable):
                return self.unreadable(str(link))
        told = ApiError.from_exception(error)
        if told.status is None and not told.codes:
            return self._transport(error)
        return self.named(told)

    def named(self, error: ApiError) -> ProviderError:
        """Return the error that the provider's own complaint means."""
        naming = classify_error(error)
        kind, cause = naming.kind, naming.cause
        if error.status == 404 and not error.structured:
            kind, cause = Unreachable, None
        waits = retry_after(error.headers, error.message, error.details)
        said = plain(redacted(error.message, self._key)).rstrip(" .")
        if error.page and cause is None:
            said = f"a web page: {said}" if said else "a web page"
        made = kind(
            self._sentence(kind, cause, said, error.status, waits),
            ref=self._ref, retry_after=waits, request_id=error.request_id, status=error.status,
        )  # fmt: skip
        made.param = error.param
        return made

    def failure(
        self, body: object, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> ProviderError:
        """Return the error that `body`, JSON or bytes, tells of."""
        return self.named(ApiError.parse(body, status, headers or {}))

    def cut(self) -> Interrupted:
        """Return the error of a stream without its finishing marker."""
        return Interrupted(f"{self._who} ended the reply before it was finished.", ref=self._ref)

    def broke_off(self, reason: str) -> Interrupted:
        """Return the error of a reply that the server itself calls broken."""
        return Interrupted(f"{self._who} broke off the reply ({reason}).", ref=self._ref)

    def unreadable(self, what: str) -> Interrupted:
        """Return the error of a body that is more than is taken."""
        return Interrupted(f"{self._label} sent {what}; the rest was not read.", ref=self._ref)

    def empty(self, reason: str = "") -> Interrupted:
        """Return the error of a reply that was finished without a word."""
        why = f' ("{reason}")' if reason else ""
        return Interrupted(f"{self._who} sent an empty reply{why}.", ref=self._ref)

    def limit_used_up(self, limit: int | None, *, thought: bool) -> LimitUsedUp:
        """Return the error of a limit that was used up before the first word; the same call would end the same."""
        allowed = f"all {limit:,} tokens" if limit else "its limit of tokens"
        on = "on thinking" if thought else "before the first word"
        words = f"{self._who} used up {allowed} {on} and wrote nothing; ask again with a higher max_tokens or less effort."
        error = LimitUsedUp(words, ref=self._ref)
        error.higher_limit = None if limit is None else 4 * limit
        return error

    def refused(self, why: str = "") -> Refused:
        """Return the error of a refusal before the first word."""
        said = plain(redacted(why, self._key)).rstrip(" .")
        return Refused(
            f"{self._who} declined to answer{f' ({said})' if said else ''}; rephrase the prompt.",
            ref=self._ref,
        )

    def not_a_reply(self, content_type: str = "text/html") -> ProviderError:
        """Return the error of a 200 that is no reply: a login page, a proxy's greeting."""
        kind = content_type.partition(";")[0].strip()
        what = "a web page" if "html" in kind else plain(kind, 60) or "something else"
        words = f"{self._label} answered with {what} instead of a reply; check its address {self._where}."
        return Unreachable(words, ref=self._ref)

    @property
    def _label(self) -> str:
        label = self._spec.label or self._spec.name
        return f"{label[:1].upper()}{label[1:]}"

    @property
    def _who(self) -> str:
        return str(self._ref) if self._ref is not None else self._label

    @property
    def _where(self) -> str:
        return redacted(self._spec.base_url)

    def _nonsense(self) -> Interrupted:
        return Interrupted(f"{self._who} sent something that makes no sense.", ref=self._ref)

    def _transport(self, error: BaseException) -> ProviderError:
        links = tuple(_links(error))
        names = {kind.__name__ for link in links for kind in type(link).__mro__}
        unsent = bool(names & _UNSENT) and not names & _BROKEN
        if words := tls_sentence(links, self._where):
            return Unreachable(words, ref=self._ref, reached=False)
        if names & _SILENT and not unsent:
            return TooSlow(f"{self._who} said nothing for too long.", ref=self._ref)
        if isinstance(error, ImportError):
            words = f"A library for {self._label} is missing ({plain(str(error))}); install mixchat again."
            return Unreachable(words, ref=self._ref, reached=False)
        if "ProxyError" in names:
            words = f"The proxy refused to connect to {self._where} ({plain(redacted(str(error)), 80)}); check the proxy."
            return Unreachable(words, ref=self._ref, reached=False)
        if names & _NEVER_MET and not names & _BROKEN:
            words = f"{self._label} cannot be reached at {self._where}; {self._hint}."
            return Unreachable(words, ref=self._ref, reached=not unsent)
        return self._broken() if names & _BROKEN else self._nonsense()

    def _broken(self) -> ProviderError:
        if self.begun:
            return Interrupted(
                f"The connection to {self._label} broke in the middle of the reply.", ref=self._ref
            )
        return Unreachable(
            f"The connection to {self._label} broke before the reply began; {self._hint}.", ref=self._ref
        )

    @property
    def _hint(self) -> str:
        if self._spec.loopback:
            return "start the server, or correct the address"
        return "check the network" if self._spec.official else "check the network and the address"

    def _sentence(
        self,
        kind: type[ProviderError],
        cause: Cause | None,
        said: str,
        status: int | None,
        waits: float | None,
    ) -> str:
        words = f" ({said})" if said else ""
        if cause is not None:
            return self._of_cause(cause, words)
        detail = ": ".join(filter(None, (f"status {status}" if status else "", said)))
        label, name = self._label, self._spec.name
        variable = next(iter(self._spec.key_env), "")
        model = self._ref.model if self._ref else "such page"
        sentences: dict[type[ProviderError], str] = {
            NeedsKey: f"{label} did not accept the key{words}; "
            f"{f'correct {variable} or ' if variable else ''}run `mixchat keys set {name}`.",
            OutOfCredit: f"The account at {self._spec.label or name} is out of credit{words}; top it up.",
            UnknownModel: f"{label} has no {model}{words}; choose another model.",
            RateLimited: f"{label} is limiting requests{words}; {in_words(waits)}.",
            Overloaded: f"{label} is having trouble{f' ({detail})' if detail else ''}; try again.",
            TooSlow: f"{label} took too long{words}; try again.",
            TooLong: f"The conversation is too long for {self._who}{words}; shorten it.",
            Refused: f"{self._who} declined to answer{words}; rephrase the prompt.",
            Interrupted: f"{self._who} broke off{words}.",
            Unreachable: f"{label} cannot be asked at {self._where}"
            f"{f' (status {status})' if status else ''}; check the address.",
            BadRequest: f"{label} rejected the request{words}.",
        }
        return sentences[kind]

    def _of_cause(self, cause: Cause, words: str) -> str:
        label, model = self._label, self._ref.model if self._ref else "this model"
        return {
            "region": f"{label} does not serve the place you connect from{words}; choose another provider.",
            "address": f"{label} does not allow this network address{words}; add it to the key's allow list.",
            "verify": f"{label} wants the organisation verified first{words}; do so in its console.",
            "model_permission": f"This key may not use {model} at {label}{words}; choose another model.",
            "permission": f"{label} does not allow this{words}; check the key's permissions.",
            "firewall": f"A firewall or sign-in page stands before {label}{words}; check the network and {self._where}.",
        }[cause]


def _library_errors() -> tuple[type[BaseException], ...]:
    """Return the error families of the HTTP and SDK libraries that are loaded; the others cannot raise."""
    families = {
        "httpx": ("HTTPError", "InvalidURL", "StreamError"),
        "httpx2": ("HTTPError", "InvalidURL", "StreamError"),
        "anthropic": ("AnthropicError",),
        "openai": ("OpenAIError",),
        "google.genai.errors": ("APIError", "UnknownApiResponseError"),
    }
    found = ((sys.modules.get(module), names) for module, names in families.items())
    return tuple(
        kind for module, names in found for name in names if (kind := getattr(module, name, None)) is not None
    )


def _links(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what caused it, the nearest first."""
    link: BaseException | None = error
    for _ in range(8):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _chain(error: BaseException, kinds: tuple[type[BaseException], ...]) -> bool:
    return any(isinstance(link, kinds) for link in _links(error))

"""The border of an adapter: whatever a library raises inside comes out as a child of `ProviderError`."""

import json
import re
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.errors import (
    BadRequest,
    Interrupted,
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
from mixchat.providers.error_rules import ApiError, classify_error, retry_after

_SHAPES: Final = re.compile(
    r"""
    \b(?:sk|pk|rk|gsk|xai|csk|fw|tgp|hf|r8|ghp|gho|AKIA|AIza|ya29)[-_.]?[A-Za-z0-9*][A-Za-z0-9_\-.*]{7,}
    | (?<=Bearer\ )\S+
    | (?<=bearer\ )\S+
    | (?<=key=)[^&\s"']+
    | \b[A-Za-z0-9_\-]{2,}\*{3,}[A-Za-z0-9_\-]*
    """,
    re.VERBOSE,
)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def redacted(text: str, key: str | None = None) -> str:
    """Return `text` with `key` and whatever is shaped like one replaced by `[key]`."""
    if key and len(key) >= 4:
        text = text.replace(key, "[key]")
    return _SHAPES.sub("[key]", text)


def plain(text: str, limit: int = 240) -> str:
    """Return `text` on one line without control characters, cut at `limit` characters."""
    line = " ".join(_CONTROLS.sub(" ", text).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


NONSENSE: Final = (ValueError, TypeError, AttributeError, LookupError)
"""What reading an event raises when its shape is not the documented one; `JSONDecodeError` is the first's child."""

_OWN: Final = (OSError, ImportError, json.JSONDecodeError)
"""What the standard library raises for a broken connection, a missing library, a broken body."""

_BROKEN: Final = frozenset({
    "RemoteProtocolError", "ReadError", "WriteError", "CloseError", "DecodingError", "StreamError",
    "IncompleteRead", "ClosedResourceError",
})  # fmt: skip
_NEVER_MET: Final = frozenset({
    "ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL",
    "TooManyRedirects", "ImportError", "OSError",
})  # fmt: skip
_SILENT: Final = frozenset({"ReadTimeout", "WriteTimeout", "APITimeoutError"})


class ErrorMapper:
    """Translates errors for one call to one service. `begun` says whether the reply has begun."""

    def __init__(self, service: ProviderSpec, ref: ModelRef | None = None, key: str | None = None) -> None:
        self._service = service
        self._ref = ref
        self._key = key
        self.begun = False

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
            if _chain(error, _library_errors()):
                raise self.translated(error) from error
            raise self._nonsense() from error

    def translated(self, error: BaseException) -> ProviderError:
        """Return the error by its name, with one sentence to act on."""
        complaint = ApiError.from_exception(error)
        if complaint.status is None and not complaint.kinds:
            return self._transport(error)
        return self.named(complaint)

    def named(self, complaint: ApiError) -> ProviderError:
        """Return the error that the provider's own complaint means."""
        kind = classify_error(complaint)
        if complaint.status == 404 and not complaint.structured:
            kind = Unreachable
        waits = retry_after(complaint.headers, complaint.message, complaint.details)
        said = plain(redacted(complaint.message, self._key)).rstrip(" .")
        return kind(
            self._sentence(kind, said, complaint.status),
            ref=self._ref, retry_after=waits, request_id=complaint.request_id, status=complaint.status,
        )  # fmt: skip

    def failure(
        self, body: object, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> ProviderError:
        """Return the error that the JSON `body` tells of."""
        return self.named(ApiError.read(body, status, headers or {}))

    def cut(self) -> Interrupted:
        """Return the error of a stream without its finishing marker."""
        return Interrupted(f"{self._who} ended the reply before it was finished.", ref=self._ref)

    def empty(self, *, length: bool = False) -> Interrupted:
        """Return the error of a reply that was finished without a word."""
        if length:
            words = "used up its limit of tokens before the first word; raise max_tokens"
            return Interrupted(f"{self._who} {words}.", ref=self._ref)
        return Interrupted(f"{self._who} sent an empty reply.", ref=self._ref)

    def refused(self, why: str = "") -> Refused:
        """Return the error of a refusal before the first word."""
        said = plain(redacted(why, self._key)).rstrip(" .")
        return Refused(
            f"{self._who} declined to answer{f' ({said})' if said else ''}; rephrase the prompt.",
            ref=self._ref,
        )

    def not_a_reply(self, content_type: str) -> ProviderError:
        """Return the error of a 200 that is no stream: a login page, a proxy's greeting."""
        what = "a web page" if "html" in content_type else f"{content_type or 'something else'}"
        return Unreachable(
            f"{self._label} answered with {what} instead of a reply; check its address {self._service.base_url}.",
            ref=self._ref,
        )

    @property
    def _label(self) -> str:
        label = self._service.label or self._service.name
        return f"{label[:1].upper()}{label[1:]}"

    @property
    def _who(self) -> str:
        return str(self._ref) if self._ref is not None else self._label

    def _nonsense(self) -> Interrupted:
        return Interrupted(f"{self._who} sent something that makes no sense.", ref=self._ref)

    def _transport(self, error: BaseException) -> ProviderError:
        names = {kind.__name__ for link in _links(error) for kind in type(link).__mro__}
        where = self._service.base_url
        if any("CERTIFICATE_VERIFY_FAILED" in str(link) for link in _links(error)):
            words = f"The certificate of {where} is not trusted; name its authority in SSL_CERT_FILE."
            return Unreachable(words, ref=self._ref)
        if names & _SILENT:
            return TooSlow(f"{self._who} said nothing for too long.", ref=self._ref)
        if isinstance(error, ImportError):
            words = f"A library for {self._label} is missing ({plain(str(error))}); install mixchat again."
            return Unreachable(words, ref=self._ref)
        if names & _NEVER_MET and not names & _BROKEN:
            return Unreachable(
                f"{self._label} cannot be reached at {where}; {self._hint}.", ref=self._ref, reached=False
            )
        if names & _BROKEN:
            return self._broken()
        return self._nonsense()

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
        if self._service.loopback:
            return "start the server, or correct the address"
        return "check the network" if self._service.official else "check the network and the address"

    def _sentence(self, kind: type[ProviderError], said: str, status: int | None) -> str:
        words = f" ({said})" if said else ""
        name = self._service.name
        variable = next(iter(self._service.key_env), "")
        sentences: dict[type[ProviderError], str] = {
            NeedsKey: f"{self._label} did not accept the key{words}; "
            f"{f'correct {variable} or ' if variable else ''}run `mixchat keys set {name}`.",
            OutOfCredit: f"The {self._label} account is out of credit{words}; top it up.",
            UnknownModel: f"{self._label} has no {self._ref.model if self._ref else 'such page'}{words}; "
            "choose another model.",
            RateLimited: f"{self._label} limits the rate{words}; wait a moment.",
            Overloaded: f"{self._label} has trouble{f' (status {status})' if status else ''}{words}; try again.",
            TooSlow: f"{self._label} took too long{words}; try again.",
            TooLong: f"The conversation is too long for {self._who}{words}; shorten it.",
            Refused: f"{self._who} declined to answer{words}; rephrase the prompt.",
            Interrupted: f"{self._who} broke off{words}.",
            Unreachable: f"{self._label} cannot be asked at {self._service.base_url} "
            f"(status {status}); check the address.",
            BadRequest: f"{self._label} rejected the request{words}.",
        }
        return sentences[kind]


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

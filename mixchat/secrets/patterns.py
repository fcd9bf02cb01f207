"""What credentials look like: marks that are cheap to look for, and patterns that decide.

The patterns of detect-secrets serve where it knows the format; the newer ones, of model providers above
all, are from the providers' own documentation.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Final, Protocol, cast

from msgspec import Struct

Search = Callable[[str], Iterable[str]]
"""Gives the credentials in a short piece of text."""


class Kind(Struct, frozen=True):
    """One kind of credential."""

    name: str
    marks: tuple[str, ...]
    """A text without any of these, in small letters, holds no such credential."""
    search: Search
    exact: bool = True
    """Whether the format alone gives it away; if not, its value must look random, too."""


class _Plugin(Protocol):
    def analyze_string(self, string: str) -> Iterable[str]: ...


def _pattern(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> Search:
    """Return a search for `pattern`, standing alone; its group, where it has one, is the credential."""
    compiled = re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9])", flags)
    return lambda text: (match[match.lastindex or 0] for match in compiled.finditer(text))


def _kept(module: str, name: str) -> Search:
    """Return a search by a plugin of detect-secrets, imported when it is first needed."""

    @cache
    def plugin() -> _Plugin:
        return cast("_Plugin", getattr(import_module(f"detect_secrets.plugins.{module}"), name)())

    return lambda text: plugin().analyze_string(text)


_ASSIGNED = r"[\w.-]*(?:{names})[\w-]*[\"']?\s*(?:=>|:=|=|:|：)\s*[\"'`]?([^\s\"'`,;]{{{least},}})"
_KEY_NAMES = "api[_-]?key|secret|access[_-]?key|auth[_-]?token|access[_-]?token|token|bearer"
_PASSWORD_NAMES = "password|passwd|passphrase|pwd|passwort|kennwort|contraseña|mot de passe|senha|пароль|密码|密碼|パスワード|كلمة المرور"
_PASSWORD_MARKS = ("passw", "pwd", *_PASSWORD_NAMES.split("|")[2:])

_MARGIN: Final = r"(?:\s|\\[nr]|[\"'+>#|*/;]|\b\d{1,4}[.:|)]?(?=\s))*"
"""What may stand before a line that was pasted: spaces, quotes, a comment's or a diff's sign, a line number."""

KINDS: Final[tuple[Kind, ...]] = (
    Kind("a private key", ("private key",), _pattern(
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----" + _MARGIN
        + r"(?:[A-Z][A-Za-z-]+:[^\n\\]*(?:\n|\\[nr])" + _MARGIN + r")*([A-Za-z0-9+/=]{16,})"
    )),
    Kind("a private key", ("private-lines:",), _pattern(r"Private-Lines: \d+" + _MARGIN + r"((?:[A-Za-z0-9+/=]{16,}\s*)+)(?<=\S)")),
    Kind("an age private key", ("age-secret-key-",), _pattern(r"AGE-SECRET-KEY-1[0-9A-Z]{50,}")),
    Kind("an Anthropic key", ("sk-ant-",), _pattern(r"sk-ant-[\w-]{20,}")),
    Kind("an OpenRouter key", ("sk-or-",), _pattern(r"sk-or-[\w-]{20,}")),
    Kind("an OpenAI key", ("sk-",), _pattern(r"sk-(?:proj|svcacct|admin|None)-[\w-]{20,}|sk-[A-Za-z0-9]{20,}")),
    Kind("a Google key", ("aiza",), _pattern(r"AIza[\w-]{35}")),
    Kind("a Google OAuth token", ("ya29.", "gocspx-", "1//0"), _pattern(r"1//0[\w-]{40,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{28}")),
    Kind("a Hugging Face token", ("hf_",), _pattern(r"hf_[A-Za-z0-9]{30,}")),
    Kind("a Groq key", ("gsk_",), _pattern(r"gsk_[A-Za-z0-9]{40,}")),
    Kind("an xAI key", ("xai-",), _pattern(r"xai-[A-Za-z0-9]{40,}")),
    Kind("a Perplexity key", ("pplx-",), _pattern(r"pplx-[A-Za-z0-9]{40,}")),
    Kind("a Replicate token", ("r8_",), _pattern(r"r8_[A-Za-z0-9]{37}")),
    Kind("an NVIDIA key", ("nvapi-",), _pattern(r"nvapi-[\w-]{40,}")),
    Kind("a Cerebras key", ("csk-",), _pattern(r"csk-[a-z0-9]{40,}")),
    Kind("a Databricks token", ("dapi",), _pattern(r"dapi[0-9a-f]{32}(?:-\d)?")),
    Kind("an AWS key", ("akia", "asia", "abia", "acca"), _pattern(r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}")),
    Kind("an AWS secret key", ("aws",), _kept("aws", "AWSKeyDetector")),
    Kind("an AWS secret key", ("secret_access_key", "secretaccesskey"), _pattern(
        r"[\w.]*secret_?access_?key[\"']?\s*[=:]\s*[\"']?([0-9A-Za-z/+]{40})", re.IGNORECASE
    )),
    Kind("an Azure storage key", ("accountkey=",), _kept("azure_storage_key", "AzureStorageKeyDetector")),
    Kind("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _pattern(r"gh[pousr]_[A-Za-z0-9]{36,}")),
    Kind("a GitHub token", ("github_pat_",), _pattern(r"github_pat_\w{40,}")),
    Kind("a GitLab token", ("glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "gr1348941", "glcbt-", "glimt-",
                            "glptt-", "glagent-", "gloas-"), _kept("gitlab_token", "GitLabTokenDetector")),
    Kind("a Slack token", ("xox", "hooks.slack.com"), _kept("slack", "SlackDetector")),
    Kind("a Slack token", ("xapp-", "xoxe"), _pattern(r"(?:xapp|xoxe(?:\.xoxp)?)-\d-[A-Za-z0-9-]{20,}")),
    Kind("an npm token", ("npm_",), _pattern(r"npm_[A-Za-z0-9]{36}")),
    Kind("an npm token", ("_authtoken",), _kept("npm", "NpmDetector")),
    Kind("a PyPI token", ("pypi-ag",), _kept("pypi_token", "PypiTokenDetector")),
    Kind("a SendGrid key", ("sg.",), _pattern(r"SG\.[\w-]{22}\.[\w-]{43}")),
    Kind("a Stripe key", ("k_live_",), _pattern(r"[rs]k_live_[0-9a-zA-Z]{24,}")),
    Kind("a Stripe key", ("whsec_",), _pattern(r"whsec_[A-Za-z0-9+/=]{24,}")),
    Kind("a Vault token", ("hvs.", "hvb."), _pattern(r"hv[sb]\.[\w-]{24,}")),
    Kind("a Doppler token", ("dp.",), _pattern(r"dp\.(?:st|pt|ct|sa|scim|audit)\.(?:[\w-]+\.)?[A-Za-z0-9]{40,}")),
    Kind("a Tavily key", ("tvly-",), _pattern(r"tvly-[\w-]{24,}")),
    Kind("a New Relic key", ("nrak-",), _pattern(r"NRAK-[A-Z0-9]{27}")),
    Kind("a Square secret", ("sq0csp-",), _kept("square_oauth", "SquareOAuthDetector")),
    Kind("a Shopify token", ("shpat_", "shpss_"), _pattern(r"shp(?:at|ss)_[0-9a-f]{32}")),
    Kind("a Mailchimp key", ("-us",), _pattern(r"[0-9a-f]{32}-us\d{1,2}")),
    Kind("a Telegram bot token", (":aa",), _pattern(r"\d{8,10}:AA[\w-]{33}")),
    Kind("a DigitalOcean token", ("dop_v1_", "doo_v1_"), _pattern(r"do[op]_v1_[0-9a-f]{64}")),
    Kind("an Atlassian token", ("atatt3",), _pattern(r"ATATT3[\w=-]{60,}")),
    Kind("a Linear key", ("lin_api_",), _pattern(r"lin_api_[A-Za-z0-9]{32,}")),
    Kind("a Notion token", ("ntn_",), _pattern(r"ntn_[A-Za-z0-9]{40,}")),
    Kind("a signed web token", ("eyj",), _kept("jwt", "JwtTokenDetector")),
    Kind("a token", ("bearer ",), _pattern(r"bearer\s+([\w.~+/=-]{20,})", re.IGNORECASE), exact=False),
    Kind("a password in an address", ("://",), _pattern(r"[a-z][a-z0-9+.-]*://[^\s:/@]*:([^\s:/@]{6,})(?=@)"), exact=False),
    Kind("a key", ("key", "secret", "token", "bearer"), _pattern(
        _ASSIGNED.format(names=_KEY_NAMES, least=16), re.IGNORECASE), exact=False),
    Kind("a password", _PASSWORD_MARKS, _pattern(
        _ASSIGNED.format(names=_PASSWORD_NAMES, least=8), re.IGNORECASE), exact=False),
    Kind("a password", _PASSWORD_MARKS, _pattern(
        rf"(?:{_PASSWORD_NAMES})(?: is| ist| es| est| é|是|は|\s)\s*[\"'`]?([^\s\"'`,;]{{8,}})", re.IGNORECASE), exact=False),
    Kind("a password", ("curl ",), _pattern(
        r"curl\s[^\n]*?(?:-u|--user)[ =]?[\"']?[^\s:\"']+:([^\s\"']{8,})"), exact=False),
    Kind("a password", ("basic ",), _pattern(r"authorization[\"']?\s*[:=]\s*[\"']?basic\s+([\w+/=]{12,})", re.IGNORECASE),
         exact=False),
    Kind("a password", ('"auth"',), _pattern(r"[\"]auth\"\s*:\s*\"([\w+/]{12,}={0,2})(?=\")"), exact=False),
)  # fmt: skip

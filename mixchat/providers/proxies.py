"""Which way to a server: through the proxy that the environment names, or directly."""

import urllib.request

from mixchat.config.provider_specs import is_loopback
from mixchat.domain.errors import Unreachable


def proxy_for(scheme: str, host: str) -> str | None:
    """Return the address of the proxy for a server, or `None` for the direct way.

    `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` mean what they mean everywhere, in either case; on
    Windows and macOS the system's own settings count as well. Loopback never goes through a proxy.
    """
    if is_loopback(host):
        return None
    found = urllib.request.getproxies()
    said = (found.get(scheme) or found.get("all") or "").strip()
    if not said or urllib.request.proxy_bypass(host):
        return None
    return _written_out(said)


def _written_out(said: str) -> str:
    """Return the address with its scheme: a bare one is HTTP, and `socks://`, as desktops write it, is SOCKS 5."""
    scheme, mark, rest = said.partition("://")
    if not mark:
        return f"http://{said}"
    return f"socks5://{rest}" if scheme.lower() == "socks" else said


def unusable_proxy() -> Unreachable:
    """Return the error of a proxy setting that is none. Its value may hold a password and is not shown."""
    words = "The proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names cannot be used; correct its address."
    return Unreachable(words)

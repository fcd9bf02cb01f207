"""mixchat gives every message to the right model.

`ask` answers a prompt, `aask` does so in an event loop, `stream` yields what happens on the way.
Nothing heavy is imported before it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mixchat.api import Reply, aask, ask, stream
    from mixchat.domain.errors import ProviderError
    from mixchat.domain.stack import Stack
    from mixchat.routing.router import Router

__all__ = ["ProviderError", "Reply", "Router", "Stack", "__version__", "aask", "ask", "stream"]
__version__ = "0.1.0"

_HOMES: Final = {
    "ProviderError": "mixchat.domain.errors",
    "Reply": "mixchat.api",
    "Router": "mixchat.routing.router",
    "Stack": "mixchat.domain.stack",
    "aask": "mixchat.api",
    "ask": "mixchat.api",
    "stream": "mixchat.api",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'mixchat' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

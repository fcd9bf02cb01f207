"""A newer price list: fetched only when a person asks for it, and kept beside the history.

The file is a pickle because the list's own reader takes only the network; it is opened by a reader that
makes nothing but prices, dates and decimals, and put aside when the package has moved on.
"""

import io
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from mixchat.config.private_files import private_directory
from mixchat.domain.errors import Unreachable

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot

_ALLOWED: Final = frozenset(
    {("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")}
    | {("decimal", "Decimal"), ("genai_prices.data_snapshot", "DataSnapshot")}
)


class _Reader(pickle.Unpickler):
    """Unpickles price lists and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        """Return a class that a price list is made of.

        Raises:
            UnpicklingError: the file asks for anything else.
        """
        if (module, name) in _ALLOWED or module == "genai_prices.types":
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not part of a price list")


def fetch(path: Path, url: str | None = None) -> int:
    """Fetch the newest list over the network, keep it at `path`, and return how many models it prices.

    Raises:
        Unreachable: the list cannot be fetched or read; the one in use stays.
    """
    import httpx2
    from genai_prices import UpdatePrices, __version__
    from genai_prices.update_prices import DEFAULT_UPDATE_URL

    try:
        snapshot = UpdatePrices(url=url or DEFAULT_UPDATE_URL).fetch()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unreachable(
            f"The new price list could not be fetched ({reason}); the old one stays in use."
        ) from error
    if snapshot is None or not snapshot.providers:
        raise Unreachable("The new price list is empty; the old one stays in use.")
    private_directory(path.parent)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(pickle.dumps((__version__, snapshot)))
    fresh.replace(path)
    return sum(len(provider.models) for provider in snapshot.providers)


def restore(path: Path) -> "DataSnapshot | None":
    """Return the list kept at `path`; `None` when there is none, or the package brought another since."""
    from genai_prices import __version__

    try:
        version, snapshot = cast("tuple[str, DataSnapshot]", _Reader(io.BytesIO(path.read_bytes())).load())
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, TypeError, ValueError):
        return None
    return snapshot if version == __version__ else None

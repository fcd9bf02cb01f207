"""How much memory this machine can still give."""

from pathlib import Path
from typing import Final

_CGROUP: Final = Path("/sys/fs/cgroup")


def available() -> int:
    """Return the bytes that a new process may take without swapping."""
    import psutil

    free = psutil.virtual_memory().available
    container = _container()
    return free if container is None else min(free, container)


def _container() -> int | None:
    """Return what is left of the limit of a control group (version 2), where there is one."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return max(int(limit) - int(used), 0) if limit.isdigit() and used.isdigit() else None

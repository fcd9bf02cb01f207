"""How much memory and how many cores this machine can give."""

import os
from pathlib import Path
from typing import Final

_CGROUP: Final = Path("/sys/fs/cgroup")


def available() -> int:
    """Return the bytes that a new process may take without swapping."""
    import psutil

    free = psutil.virtual_memory().available
    container = _container()
    return free if container is None else min(free, container)


def threads() -> int:
    """Return how many threads a model computes with: one fewer than there are cores.

    llama.cpp's threads wait for each other by spinning, so that one core shared with anything else slows
    all of them down: measured on two cores beside one busy process, 5 tokens a second with two threads and
    79 with one.
    """
    import psutil

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(min(psutil.cpu_count(logical=False) or usable, usable) - 1, 1)


def _container() -> int | None:
    """Return what is left of the limit of a control group (version 2), where there is one."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return max(int(limit) - int(used), 0) if limit.isdigit() and used.isdigit() else None

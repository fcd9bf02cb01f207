"""Makes mixchat, and nothing else in its process, find what it would find on Windows.

The standard library and Textual go on on this machine: only what mixchat's own modules ask `os`, `sys`, `signal` and
the event loop for is answered as Windows answers it, and only their imports are refused. A story writes this file,
and a call of `install`, to where Python looks for a `sitecustomize`.
"""

import asyncio
import builtins
import os
import sys
import types

ABSENT = {
    "os": {
        "getuid", "geteuid", "getgid", "getegid", "getpgid", "getpgrp", "getsid", "setsid", "setpgid", "killpg", "fork",
        "forkpty", "openpty", "mkfifo", "mknod", "chown", "lchown", "fchown", "fchmod", "nice", "uname", "statvfs",
        "sysconf", "getloadavg", "sched_getaffinity", "O_NONBLOCK", "O_NOFOLLOW", "O_NOCTTY", "O_CLOEXEC", "O_DIRECTORY",
        "WNOHANG", "waitid", "wait", "pread", "pwrite", "ttyname", "ctermid", "tcgetpgrp", "tcsetpgrp", "sync",
    },
    "signal": {"SIGHUP", "SIGPIPE", "SIGTSTP", "SIGCONT", "SIGWINCH", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGQUIT", "alarm",
               "setitimer", "pthread_sigmask", "pause"},
    "time": {"tzset"},
    "socket": {"AF_UNIX", "socketpair"},
    "sys": set(),
}  # fmt: skip
OTHERS = {"os": {"name": "nt"}, "sys": {"platform": "win32"}}
"""What is there, and is something else."""
NO_MODULES = {
    "curses",
    "fcntl",
    "grp",
    "posix",
    "pty",
    "pwd",
    "readline",
    "resource",
    "syslog",
    "termios",
    "tty",
}


def asks_for_mixchat() -> bool:
    """Whether one of mixchat's modules is asking."""
    asking = sys._getframe(2).f_globals
    return str(asking.get("__package__") or "").split(".")[0] == "mixchat"


def windows_of(module: types.ModuleType) -> type[types.ModuleType]:
    absent, others = ABSENT[module.__name__], OTHERS.get(module.__name__, {})

    class Windows(types.ModuleType):
        def __getattribute__(self, name: str) -> object:
            if (name in absent or name in others) and asks_for_mixchat():
                if name in others:
                    return others[name]
                raise AttributeError(f"{module.__name__} has no {name} on Windows")
            return super().__getattribute__(name)

    return Windows


def import_as_there(name: str, *args: object, **kwargs: object) -> object:
    if name.split(".")[0] in NO_MODULES and asks_for_mixchat():
        raise ModuleNotFoundError(f"there is no {name} on Windows")
    if name == "textual.drivers.linux_driver" and asks_for_mixchat():
        raise ModuleNotFoundError("it needs termios")
    return real_import(name, *args, **kwargs)  # type: ignore[arg-type]


def refuse(*_: object) -> None:
    raise NotImplementedError


real_import = builtins.__import__


def install() -> None:
    """Take away from mixchat what Windows has not."""
    for name in ABSENT:
        module = __import__(name)
        module.__class__ = windows_of(module)
    builtins.__import__ = import_as_there  # type: ignore[assignment]
    asyncio.SelectorEventLoop.add_signal_handler = refuse  # type: ignore[method-assign]
    asyncio.SelectorEventLoop.remove_signal_handler = refuse  # type: ignore[method-assign]
    msvcrt = types.ModuleType("msvcrt")
    msvcrt.LK_NBLCK, msvcrt.locking = 2, lambda *_: None  # type: ignore[attr-defined]
    sys.modules["msvcrt"] = msvcrt
    assert os.name == "posix", "the machine itself is as it is"

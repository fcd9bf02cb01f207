"""How a command ends: its exit code, and one sentence for whatever went wrong."""

import contextlib
import io
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from mixchat.cli.plain_stream import plain_streams
from mixchat.domain.errors import ConfigError, GuardStopped, ProviderError, StorageError
from mixchat.domain.plain_text import without_passwords

DONE = 0
FAILED = 1
USAGE = 2
STOPPED_BY_GUARD = 3
CRASHED = 70
INTERRUPTED = 130


def run_command(command: Callable[[], int]) -> int:
    """Run `command` and return the exit code; what a person can cause is said in one sentence."""
    _open_closed_streams()
    _speak_any_language()
    with plain_streams():
        return _run(command)


def end_process(code: int) -> NoReturn:
    """End the process at once; a command that has returned has written everything down.

    Taking thousands of modules apart lasts a quarter of a second, and so does a library that is still imported.
    """
    import logging

    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _run(command: Callable[[], int]) -> int:
    try:
        code = command()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _nobody_listens()
    except (ConfigError, ProviderError, StorageError, OSError) as error:
        with contextlib.suppress(OSError):
            print(f"mixchat: {error_message(error)}", file=sys.stderr)
        return exit_code(error)
    except _history_errors() as error:
        print(f"mixchat: {_about_history(error)}", file=sys.stderr)
        return FAILED
    except Exception as error:  # noqa: BLE001 - nobody sees a traceback; what it says is in the report
        from mixchat.config.crash_report import sentence, write_report

        with contextlib.suppress(OSError):
            print(sentence(write_report(error)), file=sys.stderr)
        return CRASHED
    return code


def exit_code(error: Exception) -> int:
    """Return the exit code that an error stands for."""
    match error:
        case GuardStopped():
            return STOPPED_BY_GUARD
        case ConfigError():
            return USAGE
        case _:
            return FAILED


def error_message(error: Exception) -> str:
    """Return an error in one line."""
    if isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        return f"{error.strerror or error}{place}."
    return without_passwords(" ".join(str(error).split()))


def _history_errors() -> tuple[type[Exception], ...]:
    """Return what reading the history raises; nothing, as long as it was not opened."""
    module = sys.modules.get("sqlite3")
    return () if module is None else (module.Error,)


def _about_history(error: Exception) -> str:
    from mixchat.storage.transaction import unreadable

    return str(unreadable(error))


def _open_closed_streams() -> None:
    """Let a standard stream that was closed lead nowhere.

    Python would print what belongs to standard error on standard output, and the next file that is opened, such as
    the history, would be taken for the stream.
    """
    streams = (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_WRONLY, "w"), ("stderr", os.O_WRONLY, "w"))
    for number, (name, flags, mode) in enumerate(streams):
        if getattr(sys, name) is not None:
            continue
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, flags)  # the lowest number that is free
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, mode, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115


def _speak_any_language() -> None:
    """Let a character that the terminal cannot show become a question mark instead of a crash.

    What Windows has for files and pipes are old code pages, which would lose most of what models say.
    """
    encoding = "utf-8" if os.name == "nt" else None
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="replace")


def _nobody_listens() -> int:
    """Point stdout nowhere, so that Python's own flush at the end stays quiet too."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE

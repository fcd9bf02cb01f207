"""The door: `mixchat` opens the app, `mixchat COMMAND` runs a command."""

import os
import sys
from collections.abc import Sequence

from mixchat.cli.exit import end_process, run_command
from mixchat.domain.errors import ConfigError


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the command line says and return the exit code."""
    if argv is not None:
        return run_command(lambda: _run(argv))
    code = run_command(lambda: _run(sys.argv[1:]))
    if sys.argv[1:2] == ["ask"]:
        end_process(code)
    return code


def _run(argv: Sequence[str]) -> int:
    # httpx imports its own command line, with Click, Pygments and Rich's tables, wherever it finds them; a tenth of a
    # second and some megabytes that nothing here uses. It goes without where the module cannot be imported.
    sys.modules.setdefault("httpx._main", None)  # pyright: ignore[reportArgumentType] - as the import system has it
    if not argv:  # the commonest start waits for no parser
        from mixchat.cli.profile import ask_about_profile

        ask_about_profile()
        return open_app()
    from mixchat.cli.parser import parse

    args = parse(argv)
    if args.asks:
        from mixchat.cli.profile import ask_about_profile

        ask_about_profile(quiet=getattr(args, "quiet", False))
    if args.run is None:
        return open_app(args.stack, resume=args.resume, last=args.last, theme=args.theme, plain=args.plain)
    if args.logs:
        from mixchat.config.log import start_log
        from mixchat.config.paths import Paths

        start_log(Paths.from_environment(os.environ))
    return args.run(args)


def open_app(
    stack: str | None = None,
    *,
    resume: str | None = None,
    last: bool = False,
    theme: str | None = None,
    plain: bool = False,
) -> int:
    """Open the app in this terminal; it begins its log once it is on the screen.

    Args:
        stack: the stack to use instead of the config's.
        resume: the id of the chat to open.
        last: open the chat that was used last.
        theme: the theme to wear instead of the config's.
        plain: append-only text instead of a screen.

    Raises:
        ConfigError: this is no terminal, or the config cannot be used.
    """
    plain = plain or os.environ.get("TERM") == "dumb"
    in_browser = bool(os.environ.get("TEXTUAL_DRIVER"))  # `mixchat serve` runs the app so
    if not plain and not in_browser and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError('This is not a terminal; ask in one line with `mixchat ask "..."`, or add --plain.')
    import gc

    gc.disable()  # until everything is loaded; what is made before stays anyway
    # Keys come and frames go in threads of their own: each waits that long for the interpreter while the loop works.
    sys.setswitchinterval(0.0005)
    from mixchat.runtime.runtime import build_runtime
    from mixchat.tui.app import run_app

    runtime = build_runtime(stack=stack, teaching=True)
    code = run_app(runtime, resume=resume, cont=last, theme=theme, plain=plain)
    if not plain and not in_browser and not sys.stdout.isatty():
        end_process(code)  # the window was closed: Python's last flush would fail, and make the exit code 120
    return code


if __name__ == "__main__":
    sys.exit(main())

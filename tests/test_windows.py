"""What Windows lacks is used nowhere without a guard.

The type checker finds names that only POSIX has (`basedpyright --pythonplatform Windows mixchat`, a step of
`tests.check`). What it cannot see is here: modules that cannot be imported there, and calls that are refused.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import mixchat

PACKAGE = Path(mixchat.__file__).parent
POSIX_MODULES = {
    "curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty",
    "textual.drivers.linux_driver", "textual.drivers.linux_inline_driver",
}  # fmt: skip
POSIX_ONLY = {"mixchat.tui.terminal.driver"}
"""Modules of our own that are for POSIX by construction."""
REFUSED = {"add_signal_handler", "add_reader", "add_writer", "create_unix_connection", "create_unix_server", "AF_UNIX",
           "preexec_fn", "pass_fds"}  # fmt: skip
"""What an event loop or a process refuses on Windows, though the name is there."""
WHERE_REFUSALS_ARE_HEARD = {"mixchat.runtime.stop_signals"}
GUARDS = ("os.name", "sys.platform", "TYPE_CHECKING")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(("mixchat", *path.relative_to(PACKAGE).with_suffix("").parts))
        yield name, ast.parse(path.read_text("utf-8"))


def is_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(guard in ast.unparse(node.test) for guard in GUARDS)


def leaves(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Return | ast.Raise | ast.Continue)


def unguarded(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run on Windows, too, as far as an `if` on the platform tells."""
    for node in body:
        if is_guard(node):
            assert isinstance(node, ast.If)
            if leaves(node.body):
                return
            continue
        yield node
        for field in ("body", "orelse", "finalbody", "handlers"):
            children = getattr(node, field, None)
            if isinstance(children, list):
                yield from unguarded(children)


def imported(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{each.name}" for each in node.names)


def test_what_can_only_be_imported_on_posix_is_imported_behind_a_guard():
    absent = POSIX_MODULES | POSIX_ONLY
    found = {
        (name, each)
        for name, tree in modules()
        if name not in POSIX_ONLY
        for node in unguarded(tree.body)
        for each in imported(node)
        if each in absent
    }
    assert found == set()


def test_the_modules_for_posix_alone_are_those_that_need_it():
    needy = {
        name
        for name, tree in modules()
        for node in tree.body
        for each in imported(node)
        if each in POSIX_MODULES
    }
    assert needy == POSIX_ONLY


def test_what_is_refused_on_windows_is_asked_for_in_one_place():
    found = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in REFUSED)
        or (isinstance(node, ast.keyword) and node.arg in REFUSED)
    }
    assert found == WHERE_REFUSALS_ARE_HEARD


def test_the_guards_are_seen():
    """The search above finds what is not guarded, and only that."""
    source = """
import fcntl
def a():
    if os.name == "nt":
        return
    import termios
def b():
    with x:
        import pty
if sys.platform != "win32":
    import tty
"""
    found = [each for node in unguarded(ast.parse(source).body) for each in imported(node)]
    assert found == ["fcntl", "pty"]

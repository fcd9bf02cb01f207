"""The structure that import contracts cannot say: no circle of imports, and one name for one thing."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import grimp

import mixchat
from mixchat.tui.app import MixApp

PACKAGE = Path(mixchat.__file__).parent
SAME_THING = {"Router"}
"""The protocol that a chat knows, and the class that is one."""


def test_no_module_imports_itself_by_way_of_others():
    graph = grimp.build_graph("mixchat", exclude_type_checking_imports=True, cache_dir=None)
    circles = {
        frozenset((module, other))
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
        if graph.chain_exists(importer=other, imported=module)
    }
    assert circles == set()


def test_no_two_public_classes_share_a_name():
    places: dict[str, list[str]] = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(PACKAGE)))
    assert {name: found for name, found in places.items() if len(found) > 1 and name not in SAME_THING} == {}


def test_the_screen_is_wired_by_messages_and_handlers_not_by_callables():
    screen = {path: path.read_text("utf-8") for path in (PACKAGE / "tui").rglob("*.py")}
    assert sum(text.count("Callable[") for text in screen.values()) < 25
    assert len([path for path in screen if path.parent.name == "tui"]) <= 12


SPAWNS = {
    ("subprocess", "run"), ("subprocess", "Popen"), ("subprocess", "call"), ("subprocess", "check_call"),
    ("subprocess", "check_output"), ("subprocess", "getoutput"), ("subprocess", "getstatusoutput"),
    ("asyncio", "create_subprocess_exec"), ("asyncio", "create_subprocess_shell"),
}  # fmt: skip
"""Calls that start another program."""
FORBIDDEN = re.compile(
    r"os\.(?:system|popen|exec\w+|spawn\w+|posix_spawn\w*|fork\w*)|pty\.(?:spawn|fork)|webbrowser\.\w+|multiprocessing\.\w+"
    r"|self\.app\.open_url|loop\.subprocess_\w+"
)
"""Calls that start one past the calls above."""
ENVIRONMENTS = {"child_environment", "password_manager_environment"}


def calls_of(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def test_every_program_that_is_started_gets_an_environment_without_keys():
    started, wrong = 0, []
    for path in PACKAGE.rglob("*.py"):
        for call in calls_of(path):
            name = ast.unparse(call.func)
            if FORBIDDEN.fullmatch(name):
                wrong.append(f"{path.name}:{call.lineno} {name}")
            if tuple(name.split(".")) in SPAWNS or name in {"Popen", "create_subprocess_exec"}:
                started += 1
                given = {ast.unparse(each.value.func) for each in call.keywords
                         if each.arg == "env" and isinstance(each.value, ast.Call)}  # fmt: skip
                if not given & ENVIRONMENTS:
                    wrong.append(f"{path.name}:{call.lineno} {name}")
    assert wrong == []
    assert started >= 6, "the programs that are started are not found any more"


DOORS = {
    # everything that is painted, cleaned line by line (`MixApp.get_line_filters`), and sequences of our own
    "tui/terminal/painting.py": {"driver.write"},
    "tui/terminal/output.py": {"os.write"},
    "tui/app.py": {"self._driver.write", "self.write_to_terminal"},
    "tui/terminal/notifications.py": {"self._app.write_to_terminal"},
    # pictures: numbers, and base64 of what was decoded and written anew
    "tui/transcript/pictures.py": {"self._terminal.write_to_terminal"},
    # the plain app: one function that cleans, the title of figures, and the reader's own words
    "tui/plain/output.py": {"sys.stdout.write", "sys.__stdout__.write"},
    "tui/plain/line_reader.py": {"sys.stdout.write"},
    # the shell: `plain_streams` stands before both outputs; an export goes to a file or a pipe as it is
    "cli/history_files.py": {"sys.stdout.buffer.write"},
    # a file of ours
    "config/file_writer.py": {"os.write"},
}
"""Every place that writes past `print`: what is foreign is cleaned there, or nothing foreign comes there."""
WRITES = re.compile(
    r"(?:.*\.)?(?:driver|_driver|stdout|stderr|__stdout__|__stderr__)(?:\.buffer)?\.(?:write|writelines)|os\.write|.*write_to_terminal"
    r"|.*console\.(?:print|out|log)|rich\.print"
)


def test_the_terminal_is_written_to_through_these_doors_alone():
    """What a model, a file or a server says reaches a terminal only where it is cleaned."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for call in calls_of(path):
            if WRITES.fullmatch(name := ast.unparse(call.func)):
                found[path.relative_to(PACKAGE).as_posix()].add(name)
    assert dict(found) == DOORS


def test_every_door_cleans_what_is_foreign():
    """The functions that clean are called where the doors are; without them the bytes would go out as they came."""
    cleaned = {
        "tui/app.py": "return [*super().get_line_filters(), _PLAIN_LINES]", "tui/plain/output.py": "sanitize(text)", "cli/exit.py": "with plain_streams()",
        "tui/terminal/notifications.py": "osc(9, one_line(", "tui/plain/line_reader.py": "_plain(create_output(",
    }  # fmt: skip
    assert [name for name, call in cleaned.items() if call not in (PACKAGE / name).read_text("utf-8")] == []
    assert "get_line_filters" in vars(MixApp), "Textual asks for the filters by this name"


MAKERS = {
    "domain/plain_text.py": {"PlainText"},
    "tui/terminal/control_sequence.py": {"ControlSequence"},
    "tui/terminal/kitty_pictures.py": {"ControlSequence"},
}
"""Where text is called plain, and what a terminal obeys is put together; everybody else has to ask there."""


def test_plain_text_and_control_sequences_are_made_where_they_are_made_safe():
    """The type checker keeps every other text out of control sequences, as long as nobody calls it something that it is not."""
    made: dict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for call in calls_of(path):
            name = ast.unparse(call.func)
            target = ast.unparse(call.args[0]).strip("'\"") if name.endswith("cast") and call.args else name
            if target.rpartition(".")[2] in {"PlainText", "ControlSequence"}:
                made[path.relative_to(PACKAGE).as_posix()].add(target)
    assert dict(made) == MAKERS
    takes = {
        "tui/app.py": 1,
        "tui/terminal/notifications.py": 1,
        "tui/transcript/pictures.py": 1,
        "tui/plain/output.py": 1,
    }
    typed = re.compile(r"def (?:write_to_terminal|_control)\((?:self, )?sequence: ControlSequence\)")
    assert {name: len(typed.findall((PACKAGE / name).read_text("utf-8"))) for name in takes} == takes


def test_nothing_is_painted_past_the_filter_of_lines():
    """A segment of control codes is written as it is, and so is an editor's raw output: nobody makes either."""
    past: list[str] = []
    for path in PACKAGE.rglob("*.py"):
        for call in calls_of(path):
            name = ast.unparse(call.func)
            made = name.endswith("Segment") and (
                len(call.args) > 2 or any(k.arg == "control" for k in call.keywords)
            )
            if made or name.endswith(("write_raw", "Control", "Segment.control")):
                past.append(f"{path.relative_to(PACKAGE).as_posix()}: {name}")
    assert past == []


def test_nothing_is_printed_before_the_streams_are_cleaned():
    """`print` is for commands, which run within `plain_streams`; the app and what is below it print nothing."""
    printing = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        for call in calls_of(path)
        if ast.unparse(call.func) == "print"
    }
    assert printing <= {"cli", "__main__.py", "providers"}


def test_no_name_of_a_class_hides_a_type_that_its_fields_are_of():
    """Since Python 3.14 annotations are read when somebody asks, and then `date: date` means the field itself."""
    hidden: list[str] = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                names = {
                    each.name
                    for each in node.body
                    if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
                }
                fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
                names |= {each.target.id for each in fields if isinstance(each.target, ast.Name)}
                hidden += [
                    f"{path.name}:{each.lineno} {used.id}"
                    for each in fields
                    for used in ast.walk(each.annotation)
                    if isinstance(used, ast.Name) and used.id in names
                ]
    assert hidden == []

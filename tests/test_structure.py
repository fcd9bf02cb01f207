"""The structure that import contracts cannot say: no circle of imports, and one name for one thing."""

import ast
from collections import defaultdict
from pathlib import Path

import grimp

import mixchat

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

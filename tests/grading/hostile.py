"""Twenty submissions that mean no good, and what has to become of each.

Each takes a notebook that would get every point, and adds a cell or spoils the file.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

FAILED = {"timeout", "crashed", "bad_result", "tampered"}


class Attack(NamedTuple):
    """One hostile submission.

    Attributes:
        code: A cell that is added at the end.
        first: Whether it is added before all others instead.
        statuses: One of these it has to get.
        flags: One of these has to stand in the row, if there are any.
        spoil: What is done to the file instead; it gets the path and the notebook.
    """

    code: str = ""
    first: bool = False
    statuses: frozenset[str] = frozenset({"review"})
    flags: frozenset[str] = frozenset()
    spoil: Callable[[Path, dict], None] | None = None


def cell(code: str, *flags: str, statuses: set[str] | None = None, first: bool = False) -> Attack:
    return Attack(code, first, frozenset(statuses or {"review"}), frozenset(flags))


def file(spoil: Callable[[Path, dict], None]) -> Attack:
    return Attack(statuses=frozenset({"invalid_notebook"}), spoil=spoil)


def wrong_assignment(path: Path, notebook: dict) -> None:
    notebook["metadata"]["otter"]["assignment_name"] = "ex98"
    path.write_text(json.dumps(notebook))


def symlink(path: Path, notebook: dict) -> None:
    aim = path.parent.parent / "private.ipynb"
    aim.write_text(json.dumps(notebook))
    path.symlink_to(aim)


ATTACKS = {
    "loop_in_cell": cell("while True:\n    pass", "limit_cell"),
    "loop_at_import": cell(
        'with open("slow.py", "w") as file:\n    file.write("while True: pass")\n'
        'import sys\nsys.path.insert(0, "")\nimport slow',
        "limit_cell",
        first=True,
    ),
    "loop_that_catches": cell(
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
        "limit_seconds",
        statuses={"timeout"},
    ),
    "fork_bomb": cell(
        "import os\nwhile True:\n    os.fork()", "limit_processes", statuses={"review", *FAILED}
    ),
    "memory_hog": cell(
        "import numpy\nkept = []\nwhile True:\n    kept.append(numpy.zeros(10**7))",
        "limit_memory",
        statuses={"review", *FAILED},
    ),
    "big_file": cell(
        'with open("big", "wb") as file:\n    for _ in range(10_000):\n        file.write(bytes(1 << 20))',
        "limit_files",
    ),
    "many_files": cell(
        'for number in range(10_000):\n    with open(f"big{number}", "wb") as file:\n'
        "        file.write(bytes(1 << 25))",
        "limit_files",
        "limit_cell",  # on a busy machine its time is up before the room is
    ),
    "network": cell(
        'import urllib.request\nprint(urllib.request.urlopen("http://127.0.0.1:PORT", timeout=5).read())',
        "uses_network",
    ),
    "reads_others": cell(
        'import os\nfor top in ("SUBMISSIONS", "SUBMISSIONS/..", "/home", "/tmp"):\n'
        "    for place, _, names in os.walk(top):\n        for name in names:\n"
        '            if name.endswith(".ipynb"):\n                print(open(os.path.join(place, name)).read())',
        "uses_files",
    ),
    "writes_outside": cell(
        'import os\nfor place in ("SUBMISSIONS", "/course/gencore", "/usr", "/etc", "/"):\n    try:\n'
        '        open(os.path.join(place, "was_here"), "w").write("x")\n    except OSError as error:\n'
        "        print(error)",
        "uses_files",
    ),
    "rewrites_tests": cell(
        "import otter.test_files\notter.test_files.test_case = lambda **settings: lambda f: lambda: None",
        "uses_tests",
    ),
    "replaces_builtins": cell(
        "import builtins\nbuiltins.AssertionError = ZeroDivisionError\nbuiltins.isinstance = lambda *it: True",
        statuses={"tampered"},
    ),
    "replaces_numpy": cell(
        "import numpy\nnumpy.allclose = lambda *it, **more: True", statuses={"tampered"}, first=True
    ),
    "forges_results": cell(
        'import json, os\nline = json.dumps({"word": "", "results": {}, "errors": []}).encode() + b"\\n"\n'
        "for number in range(3, 64):\n    try:\n        os.write(number, line)\n    except OSError:\n        pass",
        statuses={"tampered", "bad_result"},
    ),
    "kills_the_kernel": cell("import os\nos._exit(0)", statuses={"crashed"}),
    "kills_all": cell(
        "import os, signal\nfor number in (os.getppid(), 1, -1, os.getpid()):\n    try:\n"
        "        os.kill(number, signal.SIGKILL)\n    except OSError:\n        pass",
        statuses={"crashed"},
    ),
    "pickle_bomb": cell(
        "import os\n\n\nclass Bomb:\n    def __reduce__(self):\n"
        '        return os.system, ("touch SUBMISSIONS/was_here",)\n\n\nbomb = Bomb()',
        "uses_processes",
    ),
    "huge_output": cell('while True:\n    print("x" * 100_000)', "limit_output", statuses={"crashed"}),
    "symlink": file(symlink),
    "truncated": file(lambda path, notebook: path.write_text(json.dumps(notebook)[:-500])),
    "wrong_assignment": file(wrong_assignment),
    "junk": file(lambda path, notebook: path.write_bytes(bytes(range(256)) * 20)),
    "too_large": file(lambda path, notebook: path.write_text(json.dumps(notebook) + " " * 1_000_000)),
    "deep": file(lambda path, notebook: path.write_text("[" * 200_000)),
}


def write_attack(name: str, notebook: dict, folder: Path, port: int = 9) -> Path:
    """Write a hostile submission; the notebook is one that would get every point."""
    attack, path = ATTACKS[name], folder / f"{name}.ipynb"
    notebook = json.loads(json.dumps(notebook))
    if attack.spoil:
        attack.spoil(path, notebook)
        return path
    code = attack.code.replace("SUBMISSIONS", str(folder)).replace("PORT", str(port))
    added = {"cell_type": "code", "id": "added", "metadata": {}, "source": code, "outputs": []}
    notebook["cells"].insert(1 if attack.first else len(notebook["cells"]), added | {"execution_count": None})
    path.write_text(json.dumps(notebook))
    return path

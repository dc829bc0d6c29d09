"""Screening: what in a student's code a person should look at. It proves nothing, and does not find who hides well."""

import re

__all__ = ["screen"]

_SUSPECT = {
    "tests": r"\botter\b(?!\.Notebook\()|\b(test_case|tests_folder|zz_canary|gencore\.grading)\b",
    "processes": r"\b(subprocess|multiprocessing|concurrent\.futures|pty|sys\.exit)\b|\bfrom os import|\bimport os as"
    r"|\bos\s*\.\s*(system|popen|fork|exec|spawn|posix_spawn|kill|abort|_exit|getppid|setsid)",
    "network": r"\b(socket|urllib|import requests|requests\.\w+|http\.client|ftplib|httpx?\.\w+)\b",
    "files": r"(?<![.\w])open\s*\(|\b(shutil|glob|pathlib|Path|(read|write)_(text|bytes))\b|/proc\b|/etc/|\bos\s*\.\s*"
    r"(walk|listdir|scandir|open|read|write|dup|pipe|remove|unlink|link|symlink|environ|truncate|mkfifo)",
    "internals": r"\bsys\s*\.\s*(modules|_\w+|settrace|setprofile|path|meta_path)|__(builtins|subclasses|globals|code|"
    r"import|loader|main|closure)__|\b(builtins|inspect|import gc|gc\.\w+|importlib|ctypes|signal\.\w+|import signal|"
    r"threading|atexit|faulthandler|get_ipython|pickle|dill|marshal|cloudpickle|f_back|tb_frame)\b|"
    r"(?<![.\w])(eval|exec|setattr|globals)\s*\(",
    "operators": r"__(array_(function|ufunc|priority|interface)|eq|ne|lt|le|gt|ge|bool|array|float|instancecheck)__",
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in _SUSPECT.items()}


def screen(source: str) -> dict[str, str]:
    """Look for words that an answer to an exercise has no use for.

    Args:
        source: The code of a cell.

    Returns:
        What was found by kind: ``tests``, ``processes``, ``network``, ``files``, ``internals`` or ``operators``.

    Example:
        >>> screen("import os; os._exit(0)")
        {'processes': 'os._exit'}
        >>> screen("return jnp.exp(x)")
        {}
    """
    found = {name: pattern.search(source) for name, pattern in _PATTERNS.items()}
    return {name: match[0] for name, match in found.items() if match}

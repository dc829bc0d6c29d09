"""Run the set-up cell as Google Colab would, in the environment of .ci/colab.txt that `make colab` creates.

Before the cell, the kernel has loaded what Colab's may have loaded; after it, the first chapter runs to its end in
the same kernel. The cell's own address leads to this clone, so that what is committed is what is installed.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = min(ROOT.glob("notebooks/[0-9]*.ipynb"))
SETUP_CELL = (ROOT / "tests/notebooks/setup_cell.py").read_text("utf-8").strip()
REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"]
LOADED = "import jax, matplotlib.pyplot, numpy, pandas, psutil, scipy, sklearn, tqdm"
TOO_OLD = "pooch==1.7.0"  # below the bound in pyproject.toml; plain Python, and quick to install
PIP = [sys.executable, "-m", "pip"]


def versions() -> dict[str, str]:
    """What is installed, by name."""
    listed = subprocess.check_output([*PIP, "list", "--format=freeze"], text=True)
    return dict(line.split("==") for line in listed.splitlines())


def check_moved(before: dict[str, str]) -> set[str]:
    """Stop if a version of before is another one now; return what is new."""
    after = versions()
    moved = {
        name: (version, after.get(name)) for name, version in before.items() if after.get(name) != version
    }
    if moved:
        sys.exit(f"The set-up cell moved what was installed: {moved}")
    return after.keys() - before.keys()


def check_refusal(folder: str) -> None:
    """Where a version is too old for the library, the cell has to fail and leave everything as it is."""
    name = TOO_OLD.partition("==")[0]
    kept = f"{name}=={versions()[name]}"
    subprocess.check_call([*PIP, "install", "--quiet", "--no-deps", TOO_OLD])
    before = versions()
    done = subprocess.run([sys.executable, "-c", SETUP_CELL], cwd=folder, capture_output=True, text=True)
    check_moved(before)
    if done.returncode == 0 or "conflicting dependencies" not in done.stderr:
        sys.exit(f"The set-up cell did not refuse {TOO_OLD}:\n{done.stdout}\n{done.stderr}")
    subprocess.check_call([*PIP, "install", "--quiet", "--no-deps", kept])


def run_chapter(folder: str) -> str:
    """Run the chapter in one kernel, which has loaded packages before; return what its set-up cell printed."""
    notebook = nbformat.read(CHAPTER, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(LOADED))
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}}
    ).execute()
    cell = next(cell for cell in notebook.cells if cell.source == SETUP_CELL)
    return "".join(output.get("text", "") for output in cell.outputs)


def main() -> None:
    """Hold the set-up cell to its promise: nothing moves, nothing has to be restarted."""
    os.environ |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{ROOT.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
    }
    with tempfile.TemporaryDirectory() as folder:
        check_refusal(folder)
        before = versions()
        printed = run_chapter(folder)
        new = check_moved(before)
    if "gencore" not in new:
        sys.exit("The set-up cell installed no gencore")
    if "restart" in printed or "ERROR" in printed:
        sys.exit(f"The set-up cell printed:\n{printed}")
    subprocess.check_call([*PIP, "check"])
    print(f"{CHAPTER.stem} ran; of {len(before)} packages none moved; new: {', '.join(sorted(new))}")


if __name__ == "__main__":
    main()

# Colab: install the course's library if it is missing, without moving any version that is already here.
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

if find_spec("gencore") is None:
    pip = [sys.executable, "-m", "pip"]
    versions = Path(tempfile.mkdtemp(), "versions.txt")
    versions.write_bytes(subprocess.check_output([*pip, "list", "--format=freeze"]))
    source = "gencore @ git+https://github.com/creation-challenge/creation-challenge"
    subprocess.check_call([*pip, "install", "--quiet", "--constraint", versions, source])

from gencore import notebook

notebook.start()

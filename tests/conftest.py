"""Set-up of every test: shapes are checked at run time, figures are drawn off screen."""

import os

os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

from jaxtyping import install_import_hook

install_import_hook("gencore", "beartype.beartype")

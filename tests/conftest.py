"""Set-up of every test: shapes are checked at run time, figures are drawn off screen."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import matplotlib
from jaxtyping import install_import_hook

# Here and not in the environment: nbval's kernels inherit that, and have to show their figures.
matplotlib.use("Agg")

# An int may stand where a float is wanted, as PEP 484 says and every reader expects.
install_import_hook("gencore", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))")

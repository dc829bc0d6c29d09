"""Figures of the course: NumPy in, Matplotlib axes out.

Call :func:`use_style` once; a notebook's :func:`gencore.notebook.start` does. No function here calls
``plt.show``: a notebook shows its figures by itself, and a script saves them with ``ax.figure.savefig``.
"""

from gencore.plotting.attention import attention_maps
from gencore.plotting.charts import dot_chart, histograms, labeled_points, scatter_2d
from gencore.plotting.curves import curves, floor_lines
from gencore.plotting.images import image_grid, image_rows, latent_map
from gencore.plotting.phase import phase_portrait
from gencore.plotting.plane import film_strip, plane, plane_grid
from gencore.plotting.style import use_style

__all__ = [
    "attention_maps",
    "curves",
    "dot_chart",
    "film_strip",
    "floor_lines",
    "histograms",
    "image_grid",
    "image_rows",
    "labeled_points",
    "latent_map",
    "phase_portrait",
    "plane",
    "plane_grid",
    "scatter_2d",
    "use_style",
]

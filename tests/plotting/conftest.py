import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def clean_figures():
    """Draw without a screen, in the course's style, and leave no figure and no setting behind."""
    plt.switch_backend("Agg")
    with mpl.rc_context():
        from gencore.plotting import use_style

        use_style()
        yield
    plt.close("all")

"""Arithmetic with codes: the direction in which an attribute grows."""

import numpy as np
from jaxtyping import Float, Int

from gencore.types import AnyArray, Features

__all__ = ["attribute_direction"]


def attribute_direction(
    codes: Features,
    attribute: Float[AnyArray, " _values"],
    labels: Int[AnyArray, " _classes"] | None = None,
    *,
    share: float = 0.25,
) -> Float[np.ndarray, " k"]:
    r"""The way from codes that have little of an attribute to codes that have much of it.

    .. math:: d = \bar z_{\text{most}} - \bar z_{\text{least}}

    where the two means run over the share of the codes with the most and with the least of the attribute. Add
    :math:`\alpha d` to a code, and what is decoded should have more of it.

    Whatever else goes with the attribute is in :math:`d` too: if ones are thinner than zeros, the direction "thick"
    leads from ones to zeros. With labels, the means are taken within each class and then averaged over the classes, so
    that every class counts alike on both sides.

    Args:
        codes: Codes of real examples, shape (batch, k).
        attribute: How much of the attribute each example has, shape (batch,).
        labels: The class of each example, shape (batch,), or None to take the examples as one set.
        share: Share of the examples on either side, above 0 and at most 0.5.

    Returns:
        The direction :math:`d`, shape (k,); its length is the distance between the two means.

    Raises:
        ValueError: ``attribute`` or ``labels`` does not fit the codes, or ``share`` is out of its range, or so small
            that a class gives no example.

    Example:
        >>> codes, width = np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]), np.array([1.0, 2.0, 3.0, 4.0])
        >>> attribute_direction(codes, width)
        array([3., 0.])

    Reference:
        Larsen et al. 2016; White 2016, for the balance.
    """
    if not 0 < share <= 0.5:
        raise ValueError(f"share is {share}; choose a number above 0 and at most 0.5")
    z, amount = np.asarray(codes, np.float64), np.asarray(attribute)
    groups = np.zeros(len(z), int) if labels is None else np.asarray(labels)
    for name, values in (("attribute", amount), ("labels", groups)):
        if len(values) != len(z):
            raise ValueError(
                f"{name} has {len(values)} entries and codes has {len(z)} rows: give one for each"
            )
    ways = []
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        count = int(share * len(members))
        if count < 1:
            raise ValueError(
                f"a share of {share} of the {len(members)} examples of class {group} is none; give more, or raise share"
            )
        ranked = members[np.argsort(amount[members], kind="stable")]
        ways.append(z[ranked[-count:]].mean(axis=0) - z[ranked[:count]].mean(axis=0))
    return np.mean(ways, axis=0)

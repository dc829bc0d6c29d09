"""What a training run reports: metrics every so many steps, against steps and against seconds."""

from dataclasses import dataclass, field

import numpy as np

__all__ = ["History"]


@dataclass
class History:
    """Metrics of a run, averaged over each logging interval.

    Attributes:
        steps: Step number at the end of each interval.
        seconds: Training seconds at the end of each interval; evaluation and checkpoints are not counted.
        metrics: For each metric, its mean over each interval.
        evaluations: For each evaluated quantity, a list of (step, seconds, value).

    Example:
        >>> history = History([100, 200], [0.5, 0.9], {"loss": [2.0, 1.0]})
        >>> history["loss"]
        array([2., 1.])
    """

    steps: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    evaluations: dict[str, list[tuple[int, float, float]]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> np.ndarray:
        """Interval means of one metric.

        Raises:
            KeyError: No such metric; the message lists those there are.
        """
        if name not in self.metrics:
            raise KeyError(f"no metric {name!r}; this run logged {sorted(self.metrics)}")
        return np.asarray(self.metrics[name])

    @property
    def total_seconds(self) -> float:
        """Training seconds of the whole run."""
        return self.seconds[-1] if self.seconds else 0.0

    def add(self, step: int, seconds: float, means: dict[str, float]) -> None:
        """Add one interval that ended at ``step``."""
        self.steps.append(step)
        self.seconds.append(self.total_seconds + seconds)
        for name, value in means.items():
            self.metrics.setdefault(name, []).append(value)

    def after(self, before: "History") -> "History":
        """This run as the second part of a longer one: its seconds count from the first part's start.

        Args:
            before: The first part.

        Returns:
            A new history, of the same steps.

        Example:
            >>> History([10], [0.5]).after(History([99], [2.0])).seconds
            [2.5]
        """
        earlier = before.total_seconds
        evaluations = {
            name: [(step, earlier + seconds, value) for step, seconds, value in points]
            for name, points in self.evaluations.items()
        }
        return History(list(self.steps), [earlier + s for s in self.seconds], dict(self.metrics), evaluations)

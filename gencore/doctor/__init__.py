"""What ``gencore doctor`` looks at, and what it advises for each trouble that it finds.

- :mod:`gencore.doctor.check`: :class:`Check`, what one look found
- :mod:`gencore.doctor.machine`: Python, packages, devices, processor, memory
- :mod:`gencore.doctor.course`: settings, folders, data, network
- :mod:`gencore.doctor.run`: :func:`examine` makes all the checks, :func:`report` prints them
"""

from gencore.doctor.check import Check
from gencore.doctor.run import examine, report

__all__ = ["Check", "examine", "report"]

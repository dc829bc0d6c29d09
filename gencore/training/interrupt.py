"""Ctrl-C and SIGTERM during training: kept until there is a state to save."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

__all__: list[str] = []


class Held:
    """The signal that came while signals were held back.

    Attributes:
        number: Its number, 0 for none.
    """

    def __init__(self, announcement: str):
        self.number = 0
        self._announcement = announcement

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; Ctrl-C after any other stops at once."""
        if self.number and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.number = number
        with contextlib.suppress(RuntimeError):  # the interrupted line may have been writing to stderr itself
            print(f"\n{self._announcement}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def hold_signals(announcement: str | None) -> Iterator[Held]:
    """Hold back Ctrl-C and SIGTERM (which Slurm and cloud machines send before they end a process).

    The compiled program owns the state while it runs, so an exception in its midst would leave nothing to save.
    Handlers that somebody else has set stay in charge, and other threads than the main one get no signals.

    Args:
        announcement: What to print when the first signal comes; None holds nothing back.

    Raises:
        KeyboardInterrupt: On leaving, if a signal came; at once, if Ctrl-C came after one.
    """
    held, before = Held(announcement or ""), {}
    defaults = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    try:
        if announcement and threading.current_thread() is threading.main_thread():
            for number, default in defaults.items():
                if signal.getsignal(number) == default:
                    before[number] = signal.signal(number, held.receive)
        yield held
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if held.number:
        raise KeyboardInterrupt

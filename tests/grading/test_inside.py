"""The parts of what runs in the sandbox that can be seen without one."""

import errno
import time
import types
from contextlib import suppress

import pytest

from gencore.grading import inside


def test_replaced_functions_are_put_back_and_named():
    def honest(x):
        return x

    module = types.ModuleType("numbers")
    module.allclose, module.isclose, module.kept = honest, lambda x: x, honest
    before = {(module, name): (it, it.__code__) for name, it in vars(module).items() if callable(it)}
    assert inside._restore(before) == []
    module.allclose = lambda x: True
    assert inside._restore(before) == ["numbers.allclose"] and module.allclose is honest
    code = module.isclose.__code__
    module.isclose.__code__ = (lambda x: True).__code__
    assert inside._restore(before) == ["numbers.isclose"] and module.isclose.__code__ is code


def test_who_catches_the_clock_hears_it_again():
    heard = 0
    with pytest.raises(inside.LimitError), inside._limited(0.05):
        while True:
            with suppress(Exception):  # the usual clause does not catch it
                while heard < 1:
                    try:
                        while True:
                            pass
                    except inside.LimitError:
                        heard += 1
                while True:
                    pass
    assert heard == 1


def test_who_waits_for_the_processor_gets_three_times_as_long():
    begun = time.monotonic()
    with pytest.raises(inside.LimitError), inside._limited(0.5):
        while True:
            time.sleep(0.01)
    assert 1.4 < time.monotonic() - begun < 4
    begun = time.process_time()
    with pytest.raises(inside.LimitError), inside._limited(0.5):
        while True:
            pass
    assert time.process_time() - begun > 0.2


@pytest.mark.parametrize(
    "error, limit",
    [
        (None, ""),
        (ValueError("x"), ""),
        (inside.LimitError(), "limit_cell"),
        (MemoryError(), "limit_memory"),
        (RuntimeError("RESOURCE_EXHAUSTED: out of memory"), "limit_memory"),
        (OSError(errno.EFBIG, "x"), "limit_files"),
        (OSError(errno.ENOSPC, "x"), "limit_files"),
        (OSError(errno.EACCES, "x"), ""),
        (PermissionError(errno.EPERM, "x"), "limit_processes"),
        (BlockingIOError(errno.EAGAIN, "x"), "limit_processes"),
        (RuntimeError("can't start new thread"), "limit_processes"),
    ],
    ids=repr,
)
def test_errors_speak_of_limits(error: BaseException | None, limit: str):
    assert inside._limit_of(error, "cell") == limit


def test_an_error_that_cannot_be_said_is_named():
    class Mute(Exception):
        def __str__(self):
            raise ValueError

    assert inside._said(Mute()) == "Mute: " and len(inside._said(ValueError("x" * 1000))) == 160

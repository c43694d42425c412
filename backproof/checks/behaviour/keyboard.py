"""Whether somebody pressed Ctrl-C while code ran, or the code raised KeyboardInterrupt itself."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Keyboard:
    """A handler of SIGINT that notes whether the handler `before` it raised: somebody pressed
    Ctrl-C.
    """

    def __init__(self, before: Any) -> None:
        self.before, self.pressed = before, False

    def __call__(self, number: int, frame: Any) -> Any:
        """What the handler before it does."""
        try:
            return self.before(number, frame)
        except KeyboardInterrupt:
            self.pressed = True
            raise


@contextmanager
def listening() -> Iterator[Keyboard]:
    """Tell a Ctrl-C from a KeyboardInterrupt that code raises itself.

    A Ctrl-C comes as a signal, and only to the main thread: whether the signal's handler, the one
    found here, raised a KeyboardInterrupt is what `pressed` says. Inside of another it is the same.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield Keyboard(before)
        return
    keyboard = before if isinstance(before, Keyboard) else Keyboard(before)
    if keyboard is not before:
        signal.signal(signal.SIGINT, keyboard)
    try:
        yield keyboard
    finally:
        if keyboard is not before or signal.getsignal(signal.SIGINT) is not before:
            signal.signal(signal.SIGINT, before)

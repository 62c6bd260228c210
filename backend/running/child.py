"""`python -m backend.running.child MODULE [ARGUMENT ...]`: runs a module that ends when its parent does.

Standard input is a pipe whose other end only the parent holds: its end of file is the parent's end, however it died.
"""

import os
import runpy
import signal
import sys
import threading
import time

LAST_RESORT_SECONDS = 5
"""For ending in order after the parent is gone."""


def end_with_parent() -> None:
    """Waits for the parent's end, in a thread; then asks this process to end, and at last makes it."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_RESORT_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True, name="end-with-parent").start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

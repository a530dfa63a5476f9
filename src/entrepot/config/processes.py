"""Child processes that cannot outlive their parent."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None  # Loaded before any fork.


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """
    Ask the kernel to send this process a signal when its parent ends, also by SIGKILL.

    Linux only; elsewhere a killed parent leaves its children to be stopped by hand.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number))


def keep_what_is_loaded() -> None:
    """
    Tell the garbage collector that everything loaded so far stays: code, country packs, templates, catalogues.

    Walking it all again in each full collection took a twentieth of a web process's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def start(command: Sequence[str], *, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a command that ends with us; Ctrl-C at the terminal reaches only us, who stop it in good order."""
    return subprocess.Popen(
        command,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509  A supervisor has no threads.
    )


def stop(process: subprocess.Popen[bytes], *, seconds_max: float) -> None:
    """Stop a child: SIGTERM first, SIGKILL to it and its own children when that takes too long."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds_max)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # It leads a session, so its group is its own.
        process.wait()

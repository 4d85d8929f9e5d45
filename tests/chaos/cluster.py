"""A PostgreSQL that can be killed as a power cut would, and started again."""

from __future__ import annotations

import ctypes
from contextlib import suppress

import psutil
from tests.databases import PostgresHomes

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


class Cluster(PostgresHomes):
    """`up`: whether it was last started rather than killed."""

    def __init__(self) -> None:
        # A server that was started in the background becomes ours to bury, and need not wait for init to do it.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        super().__init__()
        self.up = True

    def kill(self) -> None:
        """SIGKILL to the server and every process of it; what it had not written is lost."""
        with suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(self._server.get_pid())
            family = [postmaster, *postmaster.children(recursive=True)]
            for one in family:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            psutil.wait_procs(family, 5)
        self.up = False

    def start(self) -> None:
        if not self.up:
            self.resume()
            self.up = True

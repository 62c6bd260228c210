"""What processes use, and on which core."""

import os
from time import clock_gettime, perf_counter

import psutil

API_CORE, OTHER_CORE = 0, 1


def pin(pid: int, core: int) -> None:
    """Keep a process on one core, where the system has that many and lets us."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(pid, {core})


class Usage:
    """CPU time and memory of a process with its children; another process's children start no others here."""

    def __init__(self, pid: int) -> None:
        process = psutil.Process(pid)
        self._processes = [process, *process.children(recursive=True)]

    def cpu(self) -> float:
        """CPU seconds so far, user and system, of all threads."""
        return sum(map(_cpu, self._processes))

    def rss(self) -> int:
        """Resident bytes."""
        return sum(process.memory_info().rss for process in self._processes)


class Company:
    """How much of a core others use beside a process: what makes figures larger and less steady."""

    def __init__(self, usage: Usage, core: int) -> None:
        self._usage, self._core = usage, core
        self._begun, self._busy, self._own = perf_counter(), _busy(core), usage.cpu()

    def share(self) -> float:
        """The share of the core that others used since the start, between 0 and 1."""
        others = _busy(self._core) - self._busy - (self._usage.cpu() - self._own)
        return max(0.0, others / (perf_counter() - self._begun))


def _busy(core: int) -> float:
    times = psutil.cpu_times(percpu=True)[core]
    return sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)


def _cpu(process: psutil.Process) -> float:
    """To the nanosecond where the process's CPU clock can be read (`clock_getcpuclockid(3)` on Linux)."""
    if psutil.LINUX:
        return clock_gettime((~process.pid << 3) | 2)
    times = process.cpu_times()
    return times.user + times.system

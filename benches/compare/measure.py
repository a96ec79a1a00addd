"""Whole processes, measured from outside: wall clock, CPU time, and the most memory that they held."""

import os
import statistics
import sys
import time


class Figures:
    """What the rounds of one program took, in seconds and bytes."""

    def __init__(self):
        self.wall = []
        self.cpu = []
        self.peak = 0

    @property
    def median(self):
        return statistics.median(self.wall)


def once(peer, figures):
    """Runs a program once; an output of before is put away unless the peer keeps it. Removed are all of them at the end: for
    some seconds a file system is slow to use again what was removed."""
    if not peer.keep and peer.output.exists():
        peer.output.rename(peer.output.with_name(f"{peer.output.name}-{time.monotonic_ns()}"))
    sys.stdout.flush()
    begun = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            os.chdir(peer.folder)
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, 0)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            os.execvpe(peer.command[0], peer.command, {**os.environ, **(peer.env or {})})
        finally:
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    if status:
        sys.exit(f"{peer.name} failed in {peer.folder}: {' '.join(peer.command)}")
    figures.wall.append(wall)
    figures.cpu.append(usage.ru_utime + usage.ru_stime)
    # The kernel counts in kilobytes.
    figures.peak = max(figures.peak, usage.ru_maxrss * 1024)


def interleaved(peers, rounds):
    """All programs in turn, so that what disturbs the machine disturbs them alike; a first round warms the disk's cache."""
    figures = [Figures() for _ in peers]
    for peer in peers:
        once(peer, Figures())
    for _ in range(rounds):
        for peer, own in zip(peers, figures):
            once(peer, own)
    return figures


def written(folder):
    """Files and bytes of an output."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)

"""What processes take, as Linux tells it. Processor time is in seconds, over all cores."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
IDLE = slice(3, 5)  # the columns of /proc/stat in which nothing was done


def cpu_seconds(pid: int) -> float:
    """Return the processor time that the process has used."""
    fields = stat_fields(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def others_cpu_seconds() -> float:
    """Return the time used by all but this process and its descendants."""
    first_line = Path("/proc/stat").read_text().partition("\n")[0]
    columns = [int(column) for column in first_line.split()[1:9]]
    everything = (sum(columns) - sum(columns[IDLE])) / TICKS
    return everything - sum(map(cpu_seconds, family(os.getpid())))


def peak_memory(pid: int) -> int:
    """Return the most memory that the process has held, in bytes."""
    return status_bytes(pid, "VmHWM:")


def memory(pid: int) -> int:
    """Return the memory that the process holds, in bytes."""
    return status_bytes(pid, "VmRSS:")


def proportional_memory(pid: int) -> int:
    """Return the memory that the process holds, in bytes: of what is shared its share."""
    return status_bytes(pid, "Pss:", "smaps_rollup")


def descriptors(pid: int) -> int:
    """Return how many files and connections the process holds open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def status_bytes(pid: int, name: str, file: str = "status") -> int:
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    (found,) = [line for line in lines if line.startswith(name)]
    return int(found.split()[1]) * 1024


def family(pid: int) -> list[int]:
    """Return the process and all its descendants."""
    children = [int(child) for child in children_of(pid)]
    return [pid, *(member for child in children for member in family(child))]


def children_of(pid: int) -> list[str]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [child for task in tasks for child in task.read_text().split()]


def stat_fields(pid: int) -> list[str]:
    """Return the fields of the process's `stat` from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

"""A disk that a test can fill: a small tmpfs where we may mount one, else a limit on the size of any file."""

from __future__ import annotations

import os
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

SIZE = 8 * 1024 * 1024


@dataclass
class SmallDisk:
    """A folder on a disk of 8 MB. Where we may not mount, no file may grow beyond what is left when it is filled."""

    folder: Path
    is_mounted: bool = False

    def __post_init__(self) -> None:
        """Mount it."""
        self.folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self.folder)]
        self.is_mounted = os.getuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def fills(self, *, leaving: int = 0) -> None:
        """Leave so many bytes of room."""
        if not self.is_mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (leaving, resource.RLIM_INFINITY))
            return
        with (self.folder / "filler").open("wb") as filler:
            found = os.statvfs(self.folder)
            filler.write(b"\0" * (found.f_bavail * found.f_frsize - leaving))

    def frees(self) -> None:
        """Make room again."""
        if not self.is_mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            return
        (self.folder / "filler").unlink(missing_ok=True)

    def goes(self) -> None:
        """Unmount it."""
        self.frees()
        if self.is_mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)

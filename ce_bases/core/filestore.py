"""Files in a folder outside the web root: written whole or not at all, never changed."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{32}\.[a-z]{3,4}")


@dataclass(frozen=True, slots=True)
class FileStore:
    """Files by random name under `root`, spread over 256 folders."""

    root: Path

    def path(self, name: str) -> Path:
        """Where the file `name` is kept; ValueError for a name that is none of ours."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"no name of a kept file: {name!r}")
        return self.root / name[:2] / name

    def write(self, name: str, data: bytes) -> None:
        """Keep `data`, on the disk when this returns; writing the same name again is the same."""
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(f".{os.getpid()}.part")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, name: str) -> bytes:
        return self.path(name).read_bytes()

    def files(self) -> Iterator[Path]:
        """Every file there is, drafts of a process that died included."""
        return (path for path in self.root.glob("??/*") if path.is_file())

"""Files of ours: written whole or not at all, and never found unwritable after the work."""

import os
import tempfile
from pathlib import Path

PAGE, RECORD, CASES = "gradients.html", "gradients.json", "cases"
"""What a run leaves in its folder: the page, its JSON, and the minimal cases."""


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def check_writable(folder: Path) -> None:
    """Raise OSError, with the system's reason, where no file can be made; leave no trace."""
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    finally:
        for empty in made:
            empty.rmdir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

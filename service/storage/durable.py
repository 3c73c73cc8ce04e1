"""Having the disk confirm what was written, before anybody is told of it."""

import os
from pathlib import Path


def make_durable(*places: Path) -> None:
    """Return once the content of files, and the names in folders, are on the disk."""
    for place in places:
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

"""Checking stored files against what was written down of them, piece by piece."""

import hashlib
import zlib
from dataclasses import dataclass
from typing import Literal

from service.storage.failures import Unavailable
from service.storage.files import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a stored file turned out to be; `crc32` is what a ZIP wants to know before its content."""

    size: int
    sha256: str
    crc32: int


FileFault = Literal["missing", "another_content"]
"""Why a file is not what was handed in: it cannot be read, or its hash is not the one that was written down."""


async def check(files: Files, key: str, *, sha256: str) -> Checked | FileFault:
    """Read a file once, without keeping it, and say whether it is the one whose hash was written down."""
    digest, crc32, size = hashlib.sha256(), 0, 0
    try:
        async for piece in await files.read(key):
            digest.update(piece)
            crc32 = zlib.crc32(piece, crc32)
            size += len(piece)
    except Unavailable:
        return "missing"
    if digest.hexdigest() != sha256:
        return "another_content"
    return Checked(size=size, sha256=sha256, crc32=crc32)

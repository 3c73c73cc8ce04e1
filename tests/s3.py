"""A real S3-compatible server of the test run's own: moto, answering HTTP in a process of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import httpx

from service.storage.files import Bucket

START_SECONDS_MAX: Final = 60
NAMESPACE: Final = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True, slots=True)
class S3:
    """A running server, which takes any key."""

    endpoint: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_bucket(self, *, prefix: str = "parley/evidence") -> Bucket:
        """Make an empty bucket."""
        name = f"bucket-{next(self._numbers)}"
        httpx.put(f"{self.endpoint}/{name}").raise_for_status()
        return Bucket(address=f"s3://{name}/{prefix}", endpoint=self.endpoint, key_id="key", secret="secret")

    def keys_in(self, bucket: Bucket) -> list[str]:
        """List what is in a bucket, by its whole key."""
        return self._listed(bucket, "list-type=2", "Contents")

    def unfinished_in(self, bucket: Bucket) -> list[str]:
        """List the uploads that were begun and neither finished nor given up."""
        return self._listed(bucket, "uploads", "Upload")

    def _listed(self, bucket: Bucket, query: str, element: str) -> list[str]:
        answer = httpx.get(f"{self.endpoint}/{bucket.address.split('/')[2]}?{query}").raise_for_status()
        found = ET.fromstring(answer.text).iter(f"{NAMESPACE}{element}")  # noqa: S314 - our own server's
        return [one.findtext(f"{NAMESPACE}Key") or "" for one in found]


@contextmanager
def running(log: Path) -> Iterator[S3]:
    """Run a server until the end, whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("w") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            server = S3(f"http://127.0.0.1:{port}")
            _wait(server, process, log)
            yield server
        finally:
            process.terminate()


def _wait(server: S3, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers."""
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(server.endpoint)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())

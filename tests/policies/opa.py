"""A real HTTP server that answers as OPA's data API does: well, or as each test wants it to misbehave."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from service.policies.found import packs_beside, written
from service.policies.remote import RemotePolicy

Json = dict[str, Any]

APPROVES: Final[Json] = {
    "outcome": "approve",
    "programmes": [{"code": "term_extension", "eligibility": "eligible"}],
}
SIDECAR: Final = """
[policy]
id = "elsewhere"
version = "2026.1"
settings = "standard"
title = {{ en = "Elsewhere", "zh-CN" = "外部决策" }}
source = "decision service of the bank"

[[reasons]]
code = "SCORE_TOO_LOW"
severity = "fatal"
text = {{ en = "The score is too low.", "zh-CN" = "评分过低。" }}
source = "score card 7"

[endpoint]
url = "{url}"
path = "parley/decision"
{more}
"""


@dataclass(slots=True)
class Opa:
    """The server: `answer` says how it answers now, `asked` keeps what it was sent."""

    url: str = ""
    answer: Callable[[BaseHTTPRequestHandler, Json], None] = field(default=lambda to, _: send(to, {"result": APPROVES}))
    asked: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    free: threading.Event = field(default_factory=threading.Event)

    def says(self, result: object) -> None:
        """Have it answer with a decision from now on."""
        self.answer = lambda to, _: send(to, {"result": result})


def send(to: BaseHTTPRequestHandler, document: object, *, status: int = 200) -> None:
    """Answer with a document."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    to.send_response(status)
    to.send_header("Content-Type", "application/json")
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body)


def endless(to: BaseHTTPRequestHandler, _asked: Json) -> None:
    """Answer with white space that does not end by itself."""
    to.send_response(200)
    to.end_headers()
    for _ in range(10_000):
        to.wfile.write(b" " * 10_000)


def dripping(opa: Opa) -> Callable[[BaseHTTPRequestHandler, Json], None]:
    """Answer byte by byte, each in time and all of it too late."""

    def answer(to: BaseHTTPRequestHandler, _asked: Json) -> None:
        to.send_response(200)
        to.end_headers()
        while not opa.free.wait(0.02):
            to.wfile.write(b" ")
            to.wfile.flush()

    return answer


def silent(opa: Opa) -> Callable[[BaseHTTPRequestHandler, Json], None]:
    """Take the question and say nothing."""

    def answer(_to: BaseHTTPRequestHandler, _asked: Json) -> None:
        opa.free.wait()

    return answer


def hanging_up(to: BaseHTTPRequestHandler, _asked: Json) -> None:
    """Close the connection in place of an answer."""
    to.close_connection = True


@contextmanager
def serving() -> Iterator[Opa]:
    """Run the server while a test needs it."""
    opa = Opa()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            opa.asked.append(asked)
            opa.headers.append(dict(self.headers.items()))
            opa.paths.append(self.path)
            opa.reached.set()
            try:
                opa.answer(self, asked)
            except OSError:  # whoever asked did not wait
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    opa.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield opa
    finally:
        opa.free.set()
        server.shutdown()
        thread.join()
        server.server_close()


def write_remote(folder: Path, url: str, more: str = "", *changes: tuple[str, str]) -> Path:
    """Write the sidecar of a remote policy, and return its path."""
    folder.mkdir(exist_ok=True)
    text = SIDECAR.format(url=url, more=more)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "elsewhere.remote.toml"
    path.write_text(text, encoding="utf-8")
    return path


def remote(folder: Path, url: str, more: str = "", *changes: tuple[str, str]) -> RemotePolicy:
    """Return a remote policy as it is read from its sidecar."""
    path = write_remote(folder, url, more, *changes)
    policy = written(path, packs_beside(path))
    assert isinstance(policy, RemotePolicy)
    return policy

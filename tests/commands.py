"""The parley command, called in this process: what it prints where, and how it ends."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service import cli


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


class Parley:
    """Calls the command in this process, in a folder of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path) -> None:
        self.monkeypatch, self.capsys, self.data = monkeypatch, capsys, data

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.setattr(sys, "argv", ["parley", *arguments])
        code: Any = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        out, err = self.capsys.readouterr()
        return Ended(code, out, err)

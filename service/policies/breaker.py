"""A circuit breaker: what fails again and again is left alone for a while, then tried by one."""

from collections.abc import Callable
from dataclasses import dataclass

Seconds = Callable[[], float]
"""A clock that only ever goes forward."""


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Closed until so many faults in a row; then open for some seconds; then half-open: one may try."""

    faults_max: int
    seconds: float
    clock: Seconds
    _faults: int = 0
    _opened_at: float | None = None

    def lets_through(self) -> bool:
        """Say whether somebody may try now; whoever tries after a pause keeps others out for as long again."""
        if self._opened_at is None:
            return True
        if self.clock() - self._opened_at < self.seconds:
            return False
        self._opened_at = self.clock()
        return True

    def well(self) -> None:
        """Note that it went well."""
        self._faults, self._opened_at = 0, None

    def failed(self) -> None:
        """Note that it failed."""
        self._faults += 1
        if self._faults >= self.faults_max:
            self._opened_at = self.clock()

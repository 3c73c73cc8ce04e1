"""The lender in whose name a deployment speaks."""

from dataclasses import dataclass
from typing import Final

NAMELESS: Final = {"en": "Your lender", "zh-CN": "贷款机构"}
"""How letters are signed where the deployment does not say whose they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lender:
    """What a letter says of its sender: the name, and where to ask or to complain."""

    name: str | None = None
    contact: str | None = None

    def called(self, locale: str) -> str:
        """Return the name as a letter gives it."""
        return self.name or NAMELESS.get(locale, NAMELESS["en"])


UNNAMED: Final = Lender()
"""A lender of whom the deployment says nothing."""

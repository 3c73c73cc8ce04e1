"""The languages in which the service speaks to people."""

from typing import Final, Literal

Locale = Literal["en", "zh-CN"]
Told = dict[Locale, str]
"""One sentence per language."""

LOCALES: Final[tuple[Locale, ...]] = ("en", "zh-CN")


def nearest(tag: str | None) -> Locale:
    """Return the language of ours that is nearest to somebody's own: Chinese for every Chinese, else English."""
    return "zh-CN" if (tag or "").lower().replace("_", "-").partition("-")[0] == "zh" else "en"


def wished(header: str | None) -> Locale | None:
    """Return the language that an Accept-Language header wants most among ours; None when it names none of them."""
    weighed = []
    for place, part in enumerate((header or "").split(",")[:LANGUAGES_MAX]):
        tag, _, parameters = part.strip().lower().partition(";")
        weight = _weight(parameters)
        if tag.partition("-")[0] in {"en", "zh"} and weight > 0:
            weighed.append((-weight, place, nearest(tag)))
    return min(weighed)[2] if weighed else None


LANGUAGES_MAX: Final = 20
"""How many languages of a header are looked at: nobody speaks more."""


def _weight(parameters: str) -> float:
    """Return the weight that `q=0.8` gives a language; one that cannot be read counts for nothing."""
    name, _, text = parameters.strip().partition("=")
    if not name:
        return 1.0
    digits = text.strip()
    if name.strip() != "q" or not digits.replace(".", "", 1).isascii() or not digits.replace(".", "", 1).isdigit():
        return 0.0
    return min(float(digits), 1.0)

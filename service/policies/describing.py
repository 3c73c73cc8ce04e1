"""The page of a pack: all that it says, as Markdown that a risk officer and an auditor can read."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from service.domain.settings import Grid, InstrumentTemplate, PolicySettings, Programme, Waterfall
from service.policies.conditions import Compiled
from service.policies.describing_figures import amounts, around, figures_of, given, unconfirmed
from service.policies.markdown import both, figure, section, table
from service.policies.rules import Rule, Rulebook


def page(book: Rulebook) -> str:
    """Return the page of a pack."""
    parts = (
        _head(book),
        section("For whom", _scope(book.settings)),
        section("Documents", _evidence(book.settings)),
        section("Rules", _rules(book)),
        *(_programme(programme, book.eligible_when[programme.code]) for programme in book.settings.programmes),
        *(_waterfall(waterfall) for waterfall in book.settings.waterfalls),
        section("Figures", figures_of(book.settings)),
        section("Amounts", amounts(book.settings)),
        *around(book.settings),
        section("To be confirmed by the lender", unconfirmed(book)),
    )
    return "\n\n".join(told for part in parts if (told := "\n".join(part))) + "\n"


def _head(book: Rulebook) -> Iterator[str]:
    settings = book.settings
    yield f"# {both(settings.title)}"
    yield ""
    yield (
        f"`{book.id}`: {settings.source}. In force from {settings.valid_from or 'the start'} to "
        f"{settings.valid_to or 'its revocation'}; its days are those of {settings.time_zone}."
    )


def _scope(settings: PolicySettings) -> Iterator[str]:
    yield from table(
        ("products", "currencies", "borrowers", "country"),
        [
            (
                ", ".join(settings.products) or "any",
                ", ".join(settings.currencies) or "any",
                ", ".join(settings.borrower_kinds) or "any",
                settings.country or "any",
            )
        ],
    )


def _evidence(settings: PolicySettings) -> Iterator[str]:
    rows = [
        (
            ", ".join(rule.kinds),
            f"`{rule.expression}`",
            "any age" if rule.fresh_days is None else f"{rule.fresh_days} days",
            rule.needs,
            both(rule.why),
            rule.source,
        )
        for rule in settings.evidence
    ]
    yield from table(("documents", "when", "not older than", "must be", "why", "source"), rows)


def _rules(book: Rulebook) -> Iterator[str]:
    rows = [(rule.code, _when(rule.when), _follows(rule), both(rule.text), rule.source) for rule in book.rules]
    yield from table(("code", "when", "what follows", "reason", "source"), rows)


def _follows(rule: Rule) -> str:
    each = " (each loan)" if rule.each == "loan" else ""
    return {"reject": f"{rule.severity}: rejected", "manual": "a person looks", "inform": "is told"}[
        rule.outcome
    ] + each


def _programme(programme: Programme, requirements: Sequence[Rule]) -> Iterator[str]:
    yield f"## Programme `{programme.code}`: {both(programme.title)}"
    yield ""
    if programme.description != programme.title:
        yield both(programme.description)
        yield ""
    yield f"Source: {programme.source}."
    yield ""
    yield from table(
        ("open when", "which is", "source"),
        [(_when(rule.when), f"{rule.code}: {both(rule.text)}", rule.source) for rule in requirements],
    )
    if requirements:
        yield ""
    yield from table(("instrument", "parameters"), [(t.kind, _parameters(t)) for t in programme.instruments])
    limits = list(given(programme.limits))
    if limits:
        yield ""
        yield from table(("limit", "figure"), limits)


def _parameters(template: InstrumentTemplate) -> str:
    told = {**template.parameters, **{name: _grid(grid) for name, grid in template.grids.items()}}
    return ", ".join(f"{name} {figure(value)}" for name, value in told.items()) or "as it stands"


def _grid(grid: Grid) -> str:
    """Tell the values of a parameter: the ends and the step of a range, or each."""
    values = grid.values
    steps = {b - a for a, b in pairwise(values) if isinstance(a, int) and isinstance(b, int)}
    if len(values) > 3 and len(steps) == 1:  # three values read better one by one
        return f"{values[0]} to {values[-1]} by {steps.pop()}"
    return " or ".join(str(value) for value in values)


def _waterfall(waterfall: Waterfall) -> Iterator[str]:
    yield f"## Waterfall of `{waterfall.programme}`"
    yield ""
    targets = " and ".join(f"{target.measure} {target.value}" for target in waterfall.targets)
    yield f"Steps are taken in this order until {targets} is reached. Source: {waterfall.source}."
    yield ""
    yield from table(
        ("step", "components", "increment", "floor", "cap", "not below loan to value", "only when", "stop"),
        [
            (
                step.step,
                step.components or None,
                step.increment,
                step.floor,
                step.cap,
                step.loan_to_value_min,
                step.gate and f"{step.gate.figure} {step.gate.comparison} {step.gate.bound}",
                step.stop,
            )
            for step in waterfall.steps
        ],
    )


def _when(when: Compiled) -> str:
    return " or ".join(f"`{text}`" for text, _ in when.expressions)

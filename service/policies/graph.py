"""A decision graph: a policy drawn in an editor (GoRules JDM), run by zen, answering in the words of a sidecar."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

import zen
from pydantic import Field

from service.domain.facts import NAMES, Facts
from service.domain.policy import Eligibility, Outcome, Reason, TraceLine, Verdict
from service.domain.settings import PolicySettings
from service.domain.words import PROTECTIVE_REASONS, HardshipReason
from service.policies.answers import Answering, Nonsense, given, missing_first, verdict_of, verdict_on_fault
from service.policies.graph_reading import first_line, read_graph
from service.policies.grounds import FactValue, plain
from service.policies.guarded import for_a_person
from service.policies.own_reasons import own_reason
from service.policies.pack import Pack, PackBroken, pack_of
from service.policies.pack_shape import Name
from service.policies.pack_tables import Table
from service.policies.sidecar import (
    Parts,
    SidecarTable,
    pack_named,
    read_table,
    read_text,
    reasons_of,
    require_none,
    said_in,
    settings_of,
)
from service.policies.told_facts import LOAN_ID, told

JUDGEMENT: Final = "graph 1"
"""The version of how graphs are judged by; it is part of every digest, because it can change answers."""

_Path = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")]


class AnswerTable(Table):
    """Where in the output of the graph the answer stands, as names with points between them."""

    outcome: _Path = "outcome"
    reasons: _Path = "reasons"
    programmes: _Path = "programmes"


class GraphTable(SidecarTable):
    """The sidecar of a decision graph."""

    graph: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.json$")] = Field(
        description="the file of the graph, in the same folder"
    )
    unknown_facts: tuple[Name, ...] = Field(
        (), description="facts that the graph itself deals with where they are not known (they are null)"
    )
    answer: AnswerTable = Field(AnswerTable(), description="where the answer stands in the output")


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A graph that was read without problems; it implements `Policy`."""

    kind: ClassVar[str] = "graph"

    id: str
    digest: str
    text: str
    settings: PolicySettings
    reasons: Mapping[str, Reason]
    paths: AnswerTable
    reads_case: frozenset[str]
    reads_loan: frozenset[str]
    unknown_facts: frozenset[str]
    decision: zen.ZenDecision = field(repr=False)

    @property
    def name(self) -> str:
        """The name without the version."""
        return self.id.partition("@")[0]

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Judge the facts; what the graph does not know, cannot answer, or answers to nobody's good is for a person."""
        unknown = self._unknown(facts)
        if unknown:
            return self._for_want_of(unknown, facts)
        verdict = self._judge(facts, on=on)
        twin = self._unprotected(facts)
        if twin is not None and _worse(verdict, self._judge(twin, on=on)):
            return verdict_on_fault(self._who, "a protective fact counts against the borrower")
        return verdict

    def _judge(self, facts: Facts, *, on: date) -> Verdict:
        try:
            asked = told(facts, self.settings, case=sorted(self.reads_case), loan=sorted(self.reads_loan))
            output = self.decision.evaluate(asked)["result"]
            answer = given(json.dumps(self._answer(output)))
        except RuntimeError as error:
            return verdict_on_fault(self._who, first_line(error))
        except Nonsense as nonsense:
            return verdict_on_fault(self._who, str(nonsense))
        return verdict_of(self._who, answer, facts, on=on, trace=self._read(facts))

    @property
    def _who(self) -> Answering:
        return Answering(id=self.id, digest=self.digest, settings=self.settings, reasons=self.reasons, kind=self.kind)

    def _answer(self, output: object) -> dict[str, Any]:
        """Pick the answer out of the output; facts that were passed through beside it are no part of it."""
        found = {name: _at(output, path) for name, path in self.paths.model_dump().items()}
        lists = {name: _entries(found[name]) for name in ("reasons", "programmes")}
        return {"outcome": found["outcome"], **lists}

    def _unknown(self, facts: Facts) -> list[tuple[str, str | None]]:
        """Return the facts that the graph reads, is not made for the lack of, and that are not known."""
        of_case, of_loan = sorted(self.reads_case - self.unknown_facts), sorted(self.reads_loan - self.unknown_facts)
        case = [(name, None) for name in of_case if getattr(facts.case, name) is None]
        own = ((loan_id, loan, name) for loan_id, loan in facts.loans.items() for name in of_loan)
        return [*case, *((name, loan_id) for loan_id, loan, name in own if getattr(loan, name) is None)]

    def _for_want_of(self, unknown: list[tuple[str, str | None]], facts: Facts) -> Verdict:
        """Hand the case to a person, who is told the facts; what is missing is asked for first, as ever."""
        verdict = for_a_person(self, "FACT_UNKNOWN", fault="the graph was not run: facts that it reads are not known")
        named = [own_reason("FACT_UNKNOWN", source=self.id, fact=name, loan_id=at) for name, at in unknown]
        own = missing_first(self._who, facts)
        outcome = Outcome.REQUEST_INFORMATION if own else Outcome.MANUAL
        trace = (*verdict.trace, *self._read(facts))
        return replace(verdict, outcome=outcome, reasons=(*own, *named), trace=trace)

    def _read(self, facts: Facts) -> list[TraceLine]:
        """Return what the graph was told, as a trace shows it: of all facts those that it reads."""
        case = facts.of_case()
        lines = [TraceLine(rule="case", when="", result="true", facts=_values(case, self.reads_case))]
        for loan_id in facts.loans if self.reads_loan else ():
            values = _values(facts.of_loan(loan_id), self.reads_loan)
            lines.append(TraceLine(rule="loan", loan_id=loan_id, when="", result="true", facts=values))
        return lines

    def _unprotected(self, facts: Facts) -> Facts | None:
        """Return the facts of somebody whom nothing protects, if this borrower is protected and the graph sees it."""
        changes: dict[str, Any] = {}
        if facts.case.vulnerable and "vulnerable" in self.reads_case:
            changes["vulnerable"] = False
        if facts.case.hardship_reason in PROTECTIVE_REASONS and "hardship_reason" in self.reads_case:
            changes["hardship_reason"] = HardshipReason.OTHER.value
        return replace(facts, case=replace(facts.case, **changes)) if changes else None


def load_graph(path: Path, packs: Mapping[str, Pack]) -> Graph:
    """Read a graph by its sidecar; raise `PackBroken` with every problem at once."""
    sidecar = read_text(path)
    table, problems = read_table(GraphTable, sidecar, name=path.name)
    pack, lacking = pack_named(said_in(sidecar, "policy", "settings") or "", packs, name=path.name)
    drawing = said_in(sidecar, "graph")
    if table is None:
        raise PackBroken([*problems, *_wrong_with(drawing, path, pack)])
    problems += lacking
    try:
        text = read_text(path.with_name(table.graph))
    except PackBroken as broken:
        raise PackBroken([*problems, *broken.problems]) from None
    made = _made(table, Parts(sidecar=sidecar, graph=text, pack=pack.text if pack else ""), pack, name=path.name)
    return _whole(made, problems)


def _wrong_with(drawing: str | None, sidecar: Path, pack: Pack | None) -> list[str]:
    """Return what is wrong with a graph whose sidecar cannot be used either; nothing where it is not there to see."""
    if drawing is None or pack is None or not (path := sidecar.with_name(Path(drawing).name)).is_file():
        return []
    return read_graph(read_text(path), name=path.name, amounts=_amounts(pack))[1].problems


def _amounts(pack: Pack | None) -> frozenset[str]:
    return frozenset().union(*pack.settings.amounts.values()) if pack else frozenset()


def graph_of(text: str, name: str) -> Graph:
    """Make a graph again of the text under which it was kept."""
    parts = Parts.of(text, name=name)
    table, problems = read_table(GraphTable, parts.sidecar, name=name)
    require_none(problems)
    assert table is not None
    return _whole(_made(table, parts, pack_of(parts.pack, name=name), name=name), [])


def _whole(made: tuple[Graph | None, list[str]], problems: list[str]) -> Graph:
    graph, more = made
    require_none([*problems, *more])
    assert graph is not None
    return graph


def _made(table: GraphTable, parts: Parts, pack: Pack | None, *, name: str) -> tuple[Graph | None, list[str]]:
    unknown = [f"{name}: unknown_facts: unknown fact {fact}" for fact in table.unknown_facts if fact not in NAMES]
    decision, found = read_graph(parts.graph, name=table.graph, amounts=_amounts(pack))
    if decision is None or pack is None or unknown:
        return None, [*unknown, *found.problems]
    graph = Graph(
        id=f"{table.policy.id}@{table.policy.version}",
        digest=parts.digest(JUDGEMENT),
        text=parts.text,
        settings=settings_of(table, pack),
        reasons=reasons_of(table),
        paths=table.answer,
        reads_case=frozenset(found.case),
        reads_loan=frozenset(found.loan) - {LOAN_ID},
        unknown_facts=frozenset(table.unknown_facts),
        decision=decision,
    )
    return graph, []


def _at(output: object, path: str) -> Any:
    for step in path.split("."):
        output = output.get(step) if isinstance(output, dict) else None
    return output


def _entries(found: object) -> object:
    """Return the entries of a list without empty ones, which a loop leaves, and without facts passed through."""
    if found is None:
        return []
    if not isinstance(found, list):
        return found
    return [
        {name: value for name, value in entry.items() if name not in NAMES} if isinstance(entry, dict) else entry
        for entry in found
        if entry is not None
    ]


def _values(told_: Mapping[str, Any], names: frozenset[str]) -> dict[str, FactValue]:
    return {name: plain(told_[name]) for name in sorted(names)}


def _worse(verdict: Verdict, other: Verdict) -> bool:
    """Say whether a verdict refuses what another one, on the same figures, does not."""
    if verdict.outcome is Outcome.REJECT and other.outcome is not Outcome.REJECT:
        return True
    open_ = {(p.code, p.loan_id) for p in verdict.programmes if p.eligibility is not Eligibility.INELIGIBLE}
    return any((p.code, p.loan_id) not in open_ for p in other.programmes if p.eligibility is Eligibility.ELIGIBLE)

"""Writes docs/lifecycle.md from the table of moves: `python -m tests.domain.lifecycle_page`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from service.domain.actors import Role
from service.domain.lifecycle import MOVES, TERMINAL, CaseAction, CaseState, Move

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "lifecycle.md"

CONDITIONS: Final = {
    None: "",
    "application_complete": "the whole application is valid",
    "nothing_missing": "no item of evidence is missing",
    "approved": "a final approval",
    "rejection_final": "the rejection is final",
    "new_version": "a new version of the application",
    "offer_open": "an open, binding offer",
    "rounds_left": "an open offer, and a round left",
    "last_open_offer": "it is the last open offer",
    "no_offer_left": "no offer is open any more",
    "something_refused": "something was refused",
    "appeal_open": "once, in the appeal window",
    "rejection_automatic": "no person took part in the rejection",
    "appeal_window_passed": "the appeal window has passed",
    "took_no_part": "took no part in the decision",
    "reason_given": "a reason",
}
WHO: Final = (
    (frozenset({Role.BORROWER, Role.REPRESENTATIVE}), "borrower"),
    (frozenset({Role.PARTNER}), "posting partner"),
    (frozenset({Role.CASEWORKER, Role.SUPERVISOR}), "caseworker"),
    (frozenset({Role.SUPERVISOR}), "supervisor"),
    (frozenset({Role.SYSTEM}), "system"),
)
ASIDE: Final = frozenset({
    CaseAction.WITHDRAW, CaseAction.REFER, CaseAction.CLOSE, CaseAction.LAPSE, CaseAction.AMEND, CaseAction.REOPEN,
    CaseAction.RESUME,
})  # fmt: skip
"""Steps that leave the straight way, or come back to it: drawn apart, so that the way can be seen."""

HEAD: Final = """\
# The life of a case

Every state a case can be in, every step that leaves it, who may take the step and on which condition. The page is
printed from the one table in [`service/domain/lifecycle.py`](../service/domain/lifecycle.py), which is also what the
service goes by; `GET /v1/cases/{id}/actions` answers the same for one case and one actor, with the reason for what
cannot be done now.

*Borrower* is the borrower or their representative, within the representative's mandate; the posting partner stands in
when the borrower does not sign in, and accepts, counters or declines only with a verified mandate. *Posting partner* is
whoever posted the case for the borrower. *Caseworker* includes supervisors. *System* is the service itself, following
what somebody else did, or a clock.
"""


def page() -> str:
    """Return the whole page."""
    straight = [move for move in MOVES if move.action not in ASIDE]
    aside = [move for move in MOVES if move.action in ASIDE]
    return "\n".join((
        HEAD,
        "## From application to agreement\n",
        *_diagram(straight, begins=True),
        "\n## Ways out and back\n",
        *_diagram(aside, begins=False),
        "\n## Every step\n",
        *_table(),
        "",
    ))  # fmt: skip


def _diagram(moves: Iterable[Move], *, begins: bool) -> Iterator[str]:
    edges: dict[tuple[CaseState, CaseState], list[str]] = {}
    for move in moves:
        for target in _targets(move):
            edges.setdefault((move.source, target), []).append(move.action)
    yield "```mermaid"
    yield "stateDiagram-v2"
    if begins:
        yield f"    [*] --> {CaseState.DRAFT}"
    for (source, target), actions in edges.items():
        yield f"    {source} --> {target}: {', '.join(actions)}"
    ends = {target for _, target in edges} & TERMINAL
    yield from (f"    {state} --> [*]" for state in CaseState if state in ends)
    yield "```"


def _targets(move: Move) -> tuple[CaseState, ...]:
    """Return where a move leads; one that ends an appeal leads back to wherever an appeal can come from."""
    if move.target is not None:
        return (move.target,)
    return tuple(m.source for m in MOVES if m.action is CaseAction.APPEAL)


def _table() -> Iterator[str]:
    yield "| from | step | to | who | when |"
    yield "|---|---|---|---|---|"
    for move in MOVES:
        target = f"`{move.target}`" if move.target else "the state before the appeal"
        who = ", ".join(_who(move.roles))
        yield f"| `{move.source}` | {move.action} | {target} | {who} | {CONDITIONS[move.guard]} |"
    ended = ", ".join(f"`{state}`" for state in CaseState if state in TERMINAL)
    yield f"\nFrom {ended} no step leads on."


def _who(roles: frozenset[Role]) -> Iterator[str]:
    left = set(roles)
    for named, words in WHO:
        if named <= left:
            left -= named
            yield words
    assert not left, left


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

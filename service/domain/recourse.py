"""Recourse: the smallest change of what the borrower can change that makes a programme eligible. It only judges."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from service.domain.facts import CaseFacts, Facts
from service.domain.policy import Eligibility, ProgrammeVerdict, Recourse, Verdict

Judge = Callable[[Facts], Verdict]
Changes = dict[str, Any]

NONE_POSSIBLE: Final = Recourse(
    possible=False,
    text={
        "en": "Nothing that you can change by yourself would open this programme.",
        "zh-CN": "目前没有您自己可以改变的事项能够满足该方案的条件。",
    },
)

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "evidence_missing": {"en": "Hand in the missing documents.", "zh-CN": "补齐所缺材料。"},
    "lump_sum": {
        "en": "Pay {lump_sum} (minor units) of the arrears at once.",
        "zh-CN": "先行支付逾期款项 {lump_sum}（最小货币单位）。",
    },
    "requested_months": {
        "en": "Ask for at most {requested_months} months.",
        "zh-CN": "申请的期限不超过 {requested_months} 个月。",
    },
    "automated_decision_allowed": {"en": "Allow an automated decision.", "zh-CN": "同意自动化决定。"},
}


def recourse(judge: Judge, facts: Facts, verdict: Verdict) -> Verdict:
    """Return the verdict with a recourse for every programme that is not eligible.

    Candidates are tried from the smallest change to the largest, each judged once for all programmes.
    """
    open_ = {(p.code, p.loan_id) for p in verdict.programmes if p.eligibility is not Eligibility.ELIGIBLE}
    found: dict[tuple[str, str], Changes] = {}
    for changes, changed in _candidates(facts):
        if not open_ - found.keys():
            break
        for answer in judge(changed).programmes:
            key = (answer.code, answer.loan_id)
            if answer.eligibility is Eligibility.ELIGIBLE and key in open_:
                found.setdefault(key, changes)
    programmes = tuple(_with_recourse(p, found) for p in verdict.programmes)
    return replace(verdict, programmes=programmes)


def _with_recourse(answer: ProgrammeVerdict, found: dict[tuple[str, str], Changes]) -> ProgrammeVerdict:
    if answer.eligibility is Eligibility.ELIGIBLE:
        return answer
    changes = found.get((answer.code, answer.loan_id))
    if changes is None:
        return replace(answer, recourse=NONE_POSSIBLE)
    text = {
        locale: " ".join(SENTENCES[name][locale].format(**changes) for name in changes if name in SENTENCES)
        for locale in ("en", "zh-CN")
    }
    return replace(answer, recourse=Recourse(possible=True, changes=changes, text=text))


def _candidates(facts: Facts) -> Iterator[tuple[Changes, Facts]]:
    """Yield what the borrower could change, least first: documents, then part or all of the arrears, then both."""
    documents: Changes = {"evidence_missing": 0} if facts.case.evidence_missing else {}
    if documents:
        yield documents, _changed(facts, documents)
    overdue = facts.case.overdue or 0
    for part in (1, 2, 3, 4):
        sum_ = -(-overdue * part // 4)
        if sum_ > 0:
            paid = {"lump_sum": sum_}
            yield paid, _paid(facts, sum_)
            if documents:
                yield {**documents, **paid}, _paid(_changed(facts, documents), sum_)


def _changed(facts: Facts, changes: Changes) -> Facts:
    case: CaseFacts = replace(facts.case, **changes)
    return replace(facts, case=case)


def _paid(facts: Facts, amount: int) -> Facts:
    """Return the facts after so much of the arrears was paid; nothing is overdue once all of it is."""
    case = facts.case
    left = max(0, (case.overdue or 0) - amount)
    cured: Changes = {"overdue": left, "lump_sum": amount}
    cured["exposure"] = None if case.exposure is None else max(0, case.exposure - amount)
    if left == 0:
        cured |= {"days_past_due": 0, "overdue_principal": 0, "overdue_interest": 0}
    loans = facts.loans
    if left == 0:
        loans = {
            loan_id: replace(loan, overdue=0, days_past_due=0, overdue_principal=0, overdue_interest=0)
            for loan_id, loan in loans.items()
        }
    return Facts(case=replace(case, **cured), loans=loans)

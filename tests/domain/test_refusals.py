"""What an application may never say is refused with a pointer, and everything at once."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.application import (
    Application,
    Consents,
    ExpectedBudget,
    Household,
    Income,
    OtherDebt,
    Representative,
    Request,
)
from service.domain.dates import DATE_MAX, DATE_MIN
from service.domain.loans import Loan, Overdue, Party, PerDiem, PreviousRelief, RateBucket, Revolving, Secured
from service.domain.money import AMOUNT_MAX, Amounts
from service.domain.refusals import COUNTS, HISTORY_MAX, LOANS_MAX, refused, refused_loans
from service.domain.words import (
    HardshipReason,
    IncomeKind,
    LineStatus,
    PartyRole,
    ReliefOutcome,
    RepresentativeScope,
    Vulnerability,
)
from tests.domain.applications import LI_DAY, li, li_borrower, li_budget, li_hardship, li_loan, li_request

TOMORROW: Final = LI_DAY + timedelta(days=1)
LINE: Final = Revolving(
    credit_limit=5,
    line_status=LineStatus.OPEN,
    minimum_payment=1,
    rate_buckets=(RateBucket(balance=11_069_457, annual_rate=Decimal("0.2")),),
)
OWED: Final = Amounts(principal=11_069_457, interest=314_751)
Change = Callable[[Application], Application]


def loan(**changes: Any) -> Change:
    return lambda application: replace(application, loans=(replace(application.loans[0], **changes),))


def hardship(**changes: Any) -> Change:
    return lambda application: replace(application, hardship=li_hardship(**changes))


def budget(**changes: Any) -> Change:
    return lambda application: replace(application, budget=li_budget(**changes))


def problems(application: Application) -> set[tuple[str, str]]:
    return {(problem.pointer, problem.code) for problem in refused(application, on=LI_DAY)}


EACH: Final[tuple[tuple[Change, str, str], ...]] = (
    (loan(balance=replace(OWED, fees=-1)), "/loans/0/balance/fees", "negative"),
    (loan(balance=replace(OWED, principal=AMOUNT_MAX + 1)), "/loans/0/balance/principal", "too_large"),
    (loan(instalment=-5), "/loans/0/instalment", "negative"),
    (loan(days_past_due=36_501), "/loans/0/days_past_due", "too_large"),
    (loan(instalments_remaining=1_201), "/loans/0/instalments_remaining", "too_large"),
    (loan(original_instalments=0), "/loans/0/original_instalments", "zero_instalments"),
    (loan(overdue=Overdue(principal=11_069_458)), "/loans/0/overdue/principal", "overdue_above_balance"),
    (loan(overdue=Overdue(interest=314_752)), "/loans/0/overdue/interest", "overdue_above_balance"),
    (loan(annual_rate=Decimal("10.000001")), "/loans/0/annual_rate", "rate_out_of_range"),
    (loan(penalty_rate=Decimal("-1.1")), "/loans/0/penalty_rate", "rate_out_of_range"),
    (
        loan(per_diem=PerDiem(interest=Decimal(-1), penalty=Decimal(0))),
        "/loans/0/per_diem/interest",
        "amount_out_of_range",
    ),
    (loan(originated_on=date(1899, 12, 31)), "/loans/0/originated_on", "date_out_of_range"),
    (loan(next_due_on=date(2201, 1, 1)), "/loans/0/next_due_on", "date_out_of_range"),
    (loan(maturity_on=date(2025, 2, 28)), "/loans/0/maturity_on", "maturity_before_origination"),
    (loan(as_of=date(2025, 2, 28)), "/loans/0/as_of", "as_of_before_origination"),
    (loan(as_of=TOMORROW), "/loans/0/as_of", "as_of_in_future"),
    (loan(history="01x"), "/loans/0/history", "history_malformed"),
    (loan(history="٣"), "/loans/0/history", "history_malformed"),
    (loan(history="0" * 121), "/loans/0/history", "history_malformed"),
    (
        loan(revolving=replace(LINE, rate_buckets=(RateBucket(balance=11_069_458, annual_rate=Decimal(0)),))),
        "/loans/0/revolving/rate_buckets",
        "buckets_above_balance",
    ),
    (
        loan(secured=Secured(value=-1, valued_on=LI_DAY, lien_position=1, occupied=False)),
        "/loans/0/secured/value",
        "negative",
    ),
    (
        loan(
            previous_reliefs=(
                PreviousRelief(
                    kind="term", granted_on=LI_DAY, ended_on=date(2026, 11, 14), outcome=ReliefOutcome.FULFILLED
                ),
            )
        ),
        "/loans/0/previous_reliefs/0/ended_on",
        "ended_before_granted",
    ),
    (lambda a: replace(a, loans=(li_loan(), li_loan())), "/loans/1/id", "loan_twice"),
    (lambda a: replace(a, loans=tuple(li_loan(id=f"L-{n}") for n in range(LOANS_MAX + 1))), "/loans", "too_many_loans"),
    (hardship(since=TOMORROW, expected_until=None), "/hardship/since", "since_in_future"),
    (hardship(expected_until=date(2026, 7, 31)), "/hardship/expected_until", "until_before_since"),
    (hardship(permanent=True), "/hardship/expected_until", "permanent_with_end"),
    (hardship(income_before=-1), "/hardship/income_before", "negative"),
    (
        budget(incomes=(Income(kind=IncomeKind.SALARY, monthly=100, gross=99),)),
        "/budget/incomes/0/gross",
        "gross_below_net",
    ),
    (budget(other_debts=(OtherDebt(monthly=-1),)), "/budget/other_debts/0/monthly", "negative"),
    (
        budget(expected=ExpectedBudget(from_=date(1800, 1, 1), income=1, expenses=1)),
        "/budget/expected/from",
        "date_out_of_range",
    ),
    (
        lambda a: replace(a, borrower=li_borrower(household=Household(adults=51))),
        "/borrower/household/adults",
        "too_large",
    ),
    (lambda a: replace(a, request=li_request(months=0)), "/request/months", "zero_months"),
    (lambda a: replace(a, request=li_request(payment=-1)), "/request/payment", "negative"),
)


@pytest.mark.parametrize(("change", "pointer", "code"), EACH, ids=[f"{code} {pointer}" for _, pointer, code in EACH])
def test_each_refusal_has_its_pointer_and_is_alone(change: Change, pointer: str, code: str) -> None:
    assert problems(change(li())) == {(pointer, code)}


def test_every_refusal_of_the_rules_is_in_the_table() -> None:
    seen = {code for _, _, code in EACH} | {"sensitive_without_consent"}

    assert seen == {
        "negative", "too_large", "amount_out_of_range", "rate_out_of_range", "date_out_of_range", "too_many_loans",
        "loan_twice", "overdue_above_balance", "buckets_above_balance", "maturity_before_origination",
        "as_of_before_origination", "as_of_in_future", "history_malformed", "zero_instalments", "ended_before_granted",
        "since_in_future", "until_before_since", "permanent_with_end", "gross_below_net", "zero_months",
        "sensitive_without_consent",
    }  # fmt: skip


LOANS: Final = [row for row in EACH if row[0](li()).loans[:1] != li().loans and len(row[0](li()).loans) == 1]
OTHERS: Final = [row for row in EACH if row[0](li()).loans == li().loans]


@pytest.mark.parametrize("first", OTHERS, ids=[pointer for _, pointer, _ in OTHERS])
def test_several_refusals_come_at_once(first: tuple[Change, str, str]) -> None:
    """Each refusal of the rest of the application together with each of a loan: both are told."""
    for second in LOANS:
        found = problems(second[0](first[0](li())))
        assert found == {first[1:], second[1:]}


def test_three_refusals_of_one_loan_come_at_once() -> None:
    changes: dict[str, dict[str, Any]] = {
        "/loans/0/history": {"history": "x"},
        "/loans/0/annual_rate": {"annual_rate": Decimal(11)},
        "/loans/0/as_of": {"as_of": TOMORROW},
    }
    for pointers in combinations(changes, 2):
        merged = {name: value for pointer in pointers for name, value in changes[pointer].items()}
        assert {pointer for pointer, _ in problems(loan(**merged)(li()))} == set(pointers)
    everything = {name: value for change in changes.values() for name, value in change.items()}
    assert {pointer for pointer, _ in problems(loan(**everything)(li()))} == set(changes)


@pytest.mark.parametrize(
    "change",
    (
        lambda a: a,
        loan(overdue=Overdue(principal=11_069_457, interest=314_751)),
        loan(annual_rate=Decimal(-1), penalty_rate=Decimal(10)),
        loan(balance=Amounts(principal=AMOUNT_MAX, interest=AMOUNT_MAX)),
        loan(balance=None),
        loan(originated_on=LI_DAY, maturity_on=LI_DAY),
        loan(originated_on=None, maturity_on=DATE_MAX, as_of=DATE_MIN),
        loan(history=""),
        loan(history="0" * HISTORY_MAX),
        loan(revolving=LINE),
        loan(balance=None, revolving=LINE, overdue=Overdue(principal=5)),
        loan(per_diem=PerDiem(interest=Decimal("3981.43"), penalty=Decimal(AMOUNT_MAX))),
        loan(
            previous_reliefs=(
                PreviousRelief(kind="term", granted_on=LI_DAY, ended_on=LI_DAY, outcome=ReliefOutcome.BREACHED),
                PreviousRelief(kind="term", granted_on=LI_DAY, outcome=ReliefOutcome.RUNNING),
            )
        ),
        lambda a: replace(a, loans=tuple(li_loan(id=f"L-{n}") for n in range(LOANS_MAX))),
        hardship(since=LI_DAY, expected_until=LI_DAY),
        hardship(permanent=True, expected_until=None),
        hardship(since=None, expected_until=date(2020, 1, 1)),
        budget(incomes=(Income(kind=IncomeKind.SALARY, monthly=100, gross=100),)),
        lambda a: replace(a, request=li_request(months=1)),
        lambda a: Application(currency=a.currency),
    ),
)
def test_the_bounds_themselves_are_accepted(change: Change) -> None:
    assert problems(change(li())) == set()


def test_health_is_told_only_with_consent() -> None:
    """Vulnerabilities, and a narrative where the reason is one of health; the reason itself may be given."""
    silent = replace(li(), consents=Consents(data_processing=True, automated_decision=True, sensitive_data=False))
    ill = replace(silent, hardship=li_hardship(reason=HardshipReason.ILLNESS))

    assert problems(silent) == {("/borrower/vulnerabilities", "sensitive_without_consent")}
    assert problems(ill) == {
        ("/borrower/vulnerabilities", "sensitive_without_consent"),
        ("/hardship/narrative", "sensitive_without_consent"),
    }
    untold = replace(ill, borrower=li_borrower(vulnerabilities=()), hardship=replace(li_hardship(), narrative=None))
    assert problems(untold) == set()
    assert problems(replace(ill, consents=li().consents)) == set()


def leaves(value: object, at: str = "") -> Iterator[tuple[str, object]]:
    """Walk every figure of an application, with the pointer by which a client names it."""
    if isinstance(value, tuple):
        for n, member in enumerate(value):
            yield from leaves(member, f"{at}/{n}")
    elif is_dataclass(value):
        for f in fields(value):
            yield from leaves(getattr(value, f.name), f"{at}/{f.name.rstrip('_')}")
    else:
        yield at, value


def full() -> Application:
    """Return an application in which every figure that can be given is given."""
    whole = li_loan(
        per_diem=PerDiem(interest=Decimal(1), penalty=Decimal(1)),
        revolving=LINE,
        secured=Secured(value=1, valued_on=LI_DAY, lien_position=1, occupied=True),
        parties=(Party(role=PartyRole.GUARANTOR),),
        previous_reliefs=(
            PreviousRelief(kind="term", granted_on=LI_DAY, ended_on=LI_DAY, outcome=ReliefOutcome.FULFILLED),
        ),
    )
    helper = Representative(subject="x", scope=RepresentativeScope.VIEW, until=LI_DAY)
    return li(
        loans=(whole,),
        borrower=li_borrower(representative=helper, vulnerabilities=(Vulnerability.OTHER,)),
        hardship=li_hardship(income_before=1),
        budget=li_budget(incomes=(Income(kind=IncomeKind.SALARY, monthly=1, gross=1),)),
        request=Request(payment=1, months=1, lump_sum=1),
    )


def spoilt(value: Any, pointer: str, figure: object) -> Any:
    """Return the value with another figure at a pointer."""
    head, _, rest = pointer.removeprefix("/").partition("/")
    if not head:
        return figure
    if isinstance(value, tuple):
        return tuple(spoilt(m, rest, figure) if n == int(head) else m for n, m in enumerate(value))
    name = next(f.name for f in fields(value) if f.name.rstrip("_") == head)
    return replace(value, **{name: spoilt(getattr(value, name), rest, figure)})


FIGURES: Final = [(at, value) for at, value in leaves(full()) if not isinstance(value, str | bool | None)]


def test_the_full_application_is_full_and_nothing_in_it_is_refused() -> None:
    unsaid = {at.rpartition("/")[2] for at, value in leaves(full()) if value is None}

    assert unsaid == {"follows", "name", "email", "address", "capacity", "mandate_evidence", "subject", "comment"}
    assert problems(full()) == set()


@given(st.sampled_from(FIGURES), st.data())
def test_no_figure_of_an_application_escapes_its_bounds(figure: tuple[str, object], data: st.DataObject) -> None:
    """Any amount, count, rate or date beyond its bounds is refused by its own pointer, wherever it stands."""
    pointer, value = figure
    name = pointer.rpartition("/")[2]
    far: st.SearchStrategy[object]
    if isinstance(value, int):
        most = COUNTS.get(name, AMOUNT_MAX)
        far = st.integers(max_value=-1) | st.integers(min_value=most + 1)
    elif isinstance(value, Decimal):
        most = AMOUNT_MAX if "/per_diem/" in pointer else 10
        below = st.decimals(max_value=Decimal("-1.01"), allow_infinity=False, allow_nan=False)
        above = st.decimals(min_value=Decimal(most) + Decimal("0.01"), allow_infinity=False, allow_nan=False)
        far = below | above
    else:
        far = st.dates(max_value=date(1899, 12, 31)) | st.dates(min_value=date(2201, 1, 1))
    found = problems(spoilt(full(), pointer, data.draw(far)))

    assert pointer in {at for at, _ in found}


def test_the_lenders_own_snapshot_is_held_to_the_same_rules() -> None:
    loans = (li_loan(instalment=-1, as_of=TOMORROW), li_loan(history="x"))
    found = {(p.pointer, p.code) for p in refused_loans(loans, on=LI_DAY)}

    assert found == {
        ("/loans/0/instalment", "negative"),
        ("/loans/0/as_of", "as_of_in_future"),
        ("/loans/1/history", "history_malformed"),
        ("/loans/1/id", "loan_twice"),
    }
    assert [p.pointer for p in refused_loans((li_loan(instalment=-1),), on=LI_DAY, at="/items")] == [
        "/items/0/instalment"
    ]
    assert list(refused_loans((Loan(id="L-9"),), on=LI_DAY)) == []


def test_a_refusal_never_echoes_what_was_sent() -> None:
    secret = 123_456_789_123_456_789
    told = [p.detail for p in refused(loan(instalment=secret, history="secret")(li()), on=LI_DAY)]

    assert told
    assert not any(str(secret) in detail or "secret" in detail for detail in told)

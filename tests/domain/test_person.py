"""Whatever names a person is taken out of an application and put back, and nothing else is touched."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.domain.application import Application, Borrower, Budget, Contact, Hardship, Identity, OtherDebt
from service.domain.application import Representative as Helper
from service.domain.application import Request as Asks
from service.domain.loans import Loan, Party
from service.domain.person import Person, join, part
from service.domain.words import HardshipReason, IdentityType, PartyRole
from tests.domain.applications import li, li_borrower, li_loan

SECRET = "张"
TEXTS = st.none() | st.text(max_size=8)
NAMES = st.none() | st.just(SECRET) | st.text(alphabet="abc", max_size=3)
CONTACTS = st.builds(Contact, phone=NAMES, email=NAMES, address=NAMES)
IDENTITIES = st.none() | st.builds(Identity, type=st.sampled_from(IdentityType), number=st.text(max_size=5))
HELPERS = st.none() | st.builds(Helper, subject=st.just("adviser"), name=NAMES, capacity=st.just("adviser"))
PARTIES = st.lists(st.builds(Party, role=st.sampled_from(PartyRole), name=NAMES, must_sign=st.booleans()), max_size=3)
LOANS = st.lists(PARTIES, max_size=4).map(
    lambda loans: tuple(Loan(id=f"L-{n}", parties=tuple(parties)) for n, parties in enumerate(loans))
)
BUDGETS = st.none() | st.lists(st.builds(OtherDebt, creditor=NAMES, monthly=st.integers(0, 9)), max_size=3).map(
    lambda debts: Budget(other_debts=tuple(debts))
)
HARDSHIPS = st.none() | st.builds(Hardship, reason=st.sampled_from(HardshipReason), narrative=TEXTS)
APPLICATIONS = st.builds(
    Application,
    currency=st.just("CNY"),
    borrower=st.builds(
        Borrower, subject=st.just("user-1"), name=NAMES, identity=IDENTITIES, contact=CONTACTS, representative=HELPERS
    ),
    loans=LOANS,
    hardship=HARDSHIPS,
    budget=BUDGETS,
    request=st.builds(Asks, comment=TEXTS, months=st.just(12)),
)


@given(APPLICATIONS)
def test_what_is_parted_is_joined_again(application: Application) -> None:
    assert join(*part(application)) == application


@given(APPLICATIONS)
def test_an_application_without_its_person_names_nobody(application: Application) -> None:
    rest, _ = part(application)

    assert SECRET not in repr(rest)
    assert part(rest) == (rest, part(rest)[1])
    assert (rest.borrower.identity, rest.borrower.name, rest.borrower.contact) == (None, None, Contact())


@given(APPLICATIONS, APPLICATIONS)
def test_the_person_of_another_version_fits_as_far_as_it_goes(one: Application, other: Application) -> None:
    """A version that lists fewer debts or parties than the person has names for is joined without a fault."""
    rest, _ = part(one)
    joined = join(rest, part(other)[1])

    assert part(joined)[0] == rest


def test_a_forgotten_person_leaves_the_rest_of_the_case() -> None:
    application = li(loans=(li_loan(parties=(Party(role=PartyRole.GUARANTOR, name=SECRET, subject="g"),)),))
    rest, person = part(application)

    assert join(rest, Person()) == rest
    assert person.parties == ((SECRET,),)
    assert rest.loans[0].parties[0].subject == "g"
    assert rest.borrower.subject == li_borrower().subject


def texts(value: Any) -> set[str]:
    if isinstance(value, tuple):
        return set().union(*(texts(v) for v in value)) if value else set()
    if is_dataclass(value):
        return set().union(*(texts(getattr(value, f.name)) for f in fields(value)))
    return {value} if isinstance(value, str) else set()


def test_every_free_text_of_the_design_is_a_member_of_the_person() -> None:
    """Name, number, contact, the representative's and parties' names, narrative, comment and creditors."""
    named = li(
        borrower=li_borrower(
            name="N1",
            identity=Identity(type=IdentityType.PASSPORT, number="N2"),
            contact=Contact(phone="N3", email="N4", address="N5"),
            representative=Helper(subject="s", name="N6"),
        ),
        loans=(li_loan(parties=(Party(role=PartyRole.GUARANTOR, name="N7"),)),),
        hardship=replace(li().hardship, narrative="N8"),  # type: ignore[type-var]
        budget=Budget(other_debts=(OtherDebt(creditor="N9"),)),
        request=Asks(comment="N10"),
    )
    rest, person = part(named)
    secrets = {f"N{n}" for n in range(1, 11)}

    assert secrets <= texts(person)
    assert not secrets & texts(rest)

"""Statistics: what they count of cases that were really told, and of how few they tell nothing."""

from collections import Counter
from decimal import Decimal
from math import ceil
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from service.casework.statistics import FEWEST, folded_groups, quantile_days
from service.domain.lifecycle import TERMINAL, CaseState
from service.domain.stages import GONE, REACHES, Stage, furthest
from service.storage.statistics import Waited
from tests.casework.people import OTHER, REJECTED, SIGNED, People, consents
from tests.domain.applications import li_json, li_loan_json

Json = dict[str, Any]


def another(number: int, **changes: Any) -> Json:
    """Return changes by which a case is about another loan."""
    return {"loans": [li_loan_json(id=f"L-{number:03}", **changes)]}


async def figures(people: People, query: str = "", who: str = "zhao") -> Json:
    """Read the statistics."""
    answer = await people.ask(who, "GET", f"/v1/statistics{query}")
    assert answer.status_code == 200, answer.text[:500]
    found: Json = answer.json()
    return found


async def seven_cases(people: People) -> None:
    """Tell seven cases.

    Two are agreed on, one is rejected at once, one by a person against the policy, one withdrawn while documents were
    missing, one waits for a person, and one is a draft.
    """
    for number in (1, 2):
        offers = await people.offered(**another(number))
        people.clock.advance(hours=30 * number)
        await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    await people.post(**{**REJECTED, **another(3, overdue={"principal": 0, "interest": 0}, days_past_due=0)})
    assert people.state == "rejected"
    await people.post(**another(4, as_of="2026-11-17"), **consents(automated=False))
    await people.hand_in_all()
    people.clock.advance(days=3)
    await people.do("zhao", "decisions", {"outcome": "reject", **OTHER})
    assert people.state == "rejected"
    await people.post(**another(5))
    await people.do("li", "withdraw")
    illness = {**li_json()["hardship"], "reason": "illness"}
    await people.post(**another(6, product="mortgage"), hardship=illness, submit=False)
    await people.hand_in_all()
    await people.do("partner", "submit")
    await people.post(**another(7), submit=False)


async def test_every_figure_is_what_was_told(people: People) -> None:
    await seven_cases(people)
    found = (await figures(people))["total"]
    funnel = {at["stage"]: at for at in found["funnel"]}

    assert found["cases"] == 7
    assert {name: at["reached"] for name, at in funnel.items()} == {
        "opened": 7, "submitted": 6, "judged": 5, "decided": 4, "offered": 2, "agreed": 2, "fulfilled": 0,
    }  # fmt: skip
    assert {name: {lost["state"]: lost["cases"] for lost in at["lost"]} for name, at in funnel.items()} == {
        "opened": {}, "submitted": {"withdrawn": 1}, "judged": {}, "decided": {"rejected": 2}, "offered": {},
        "agreed": {}, "fulfilled": {},
    }  # fmt: skip
    assert (funnel["submitted"]["lost_share"], funnel["fulfilled"]["lost_share"]) == ("0.1667", None)
    assert found["decision_times"] == {"decided": 4, "median_days": "0.0", "p90_days": "3.0"}
    assert found["first_ask"] == {"submitted": 6, "complete": 1, "share": "0.1667"}
    assert found["overrides"] == 1


async def test_relief_is_what_agreements_grant_and_what_became_of_them(people: People) -> None:
    agreements = []
    for number in range(1, 6):
        offers = await people.offered(**another(number))
        agreements.append(await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED))
    async with people.service.app.state.parts.database.writing() as session:
        await session.execute(
            text("UPDATE agreements SET breached_on = '2027-01-05' WHERE id = :id"),
            {"id": _id(people, agreements[0]["id"])},
        )
    relief = (await figures(people))["total"]["relief"]
    kinds = [sorted({i["kind"] for loan in a["loans"] for i in loan["terms"]["instruments"]}) for a in agreements]
    waived = [
        line["waived"] + line["waived_conditional"]
        for a in agreements
        for loan in a["loans"]
        for line in loan["reconciliation"]
    ]

    assert (relief["agreements"], relief["in_effect"], relief["breached"]) == (5, 5, 1)
    assert relief["breach_rate"] == "0.2000"
    assert {tuple(m["instruments"]): m["agreements"] for m in relief["mix"]} == Counter(tuple(k) for k in kinds)
    assert {i["instrument"]: i["agreements"] for i in relief["instruments"]} == Counter(k for ks in kinds for k in ks)
    assert relief["waived"] == [{"currency": "CNY", "amount": sum(waived)}]
    assert sum(waived) > 0


def _id(people: People, text_: str) -> object:
    """Return an id as raw SQL has it."""
    return text_.replace("-", "") if people.service.app.state.parts.database.is_sqlite else text_


async def test_amounts_of_two_currencies_are_never_added_up(people: People) -> None:
    for number, currency in enumerate(("CNY", "CNY", "EUR", "CNY", "EUR"), start=1):
        offers = await people.offered(**another(number), currency=currency)
        await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    waived = (await figures(people))["total"]["relief"]["waived"]

    assert [w["currency"] for w in waived] == ["CNY", "EUR"]
    assert 3 * waived[1]["amount"] == 2 * waived[0]["amount"]


async def test_a_period_a_product_and_a_reason_choose_the_cases(people: People) -> None:
    for number in range(1, 6):
        await people.post(**another(number))
    people.clock.advance(days=10)
    loans = [li_loan_json(id="L-020", as_of="2026-11-20"), li_loan_json(id="L-021", product="mortgage")]
    illness = {**li_json()["hardship"], "reason": "illness"}
    for number in range(6, 11):
        await people.post(**another(number, product="mortgage"), hardship=illness)
    await people.post(loans=loans)

    async def cases(query: str) -> int | None:
        total = (await figures(people, query))["total"]
        return None if total is None else int(total["cases"])

    assert await cases("") == 11
    assert await cases("?from=2026-11-15&to=2026-11-15") == 5
    assert await cases("?from=2026-11-16") == 6
    assert await cases("?to=2026-11-24") == 5
    assert await cases("?product=mortgage") == 5
    assert await cases("?product=mixed") is None
    assert await cases("?reason=illness&product=mortgage&from=2026-11-25&to=2026-11-25") == 5
    assert await cases("?reason=illness&product=business_instalment") is None
    assert await cases("?from=2020-01-01&to=2020-12-31") is None

    grouped = await figures(people, "?by=product")
    assert {g["value"]: g["figures"]["cases"] for g in grouped["groups"]} == {"mortgage": 5, None: 6}
    grouped = await figures(people, "?by=reason")
    assert {g["value"]: g["figures"]["cases"] for g in grouped["groups"]} == {"business_downturn": 6, "illness": 5}
    assert (grouped["first_day"], grouped["last_day"]) == ("2026-08-28", "2026-11-25")


async def test_of_fewer_than_five_cases_nothing_is_told(people: People) -> None:
    for number in range(1, 5):
        await people.post(**another(number))
    few = await figures(people, "?by=reason")
    assert (few["total"], few["fewest"]) == (None, FEWEST)
    assert few["groups"] == [{"value": None, "figures": None}]
    await people.post(**another(5))
    assert (await figures(people))["total"]["cases"] == 5


async def test_who_reads_statistics_and_what_cannot_be_asked(people: People) -> None:
    for who in ("li", "partner", "servicing", "wu", "risk"):
        assert (await people.ask(who, "GET", "/v1/statistics")).status_code == 403, who
    await figures(people, who="auditor")
    for query, pointer in (
        ("from=2026-12-01&to=2026-11-01", "/query/from"), ("product=boats", "/query/product"),
        ("reason=boredom", "/query/reason"), ("by=borrower", "/query/by"), ("from=yesterday", "/query/from"),
        ("first=2026-01-01", "/query/first"),
    ):  # fmt: skip
        answer = await people.ask("zhao", "GET", f"/v1/statistics?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), query


async def test_the_first_submission_and_the_first_decision_count(people: People) -> None:
    """Not what came later: a case that is taken up again has lacked nothing the second time, and took its time once."""
    for number in range(1, 5):
        await people.post(**another(number))
    await people.post(**{**REJECTED, **another(5, overdue={"principal": 0, "interest": 0}, days_past_due=0)})
    before = (await figures(people))["total"]
    people.clock.advance(days=4)
    await people.do("li", "application", {"request": {"months": 40}}, "PATCH")
    await people.do("li", "reopen")
    after = (await figures(people))["total"]

    assert after["first_ask"] == before["first_ask"]
    assert after["decision_times"] == before["decision_times"] == {
        "decided": 1, "median_days": "0.0", "p90_days": "0.0",
    }  # fmt: skip


def test_every_state_that_ends_a_way_is_one_of_loss_or_of_success() -> None:
    assert set(GONE) & set(REACHES) == {CaseState.REJECTED}
    assert TERMINAL - set(GONE) == {CaseState.FULFILLED}
    assert furthest(Stage.OFFERED, CaseState.IN_REVIEW) == Stage.OFFERED
    assert furthest(Stage.SUBMITTED, CaseState.WITHDRAWN) == Stage.SUBMITTED


@given(st.lists(st.integers(0, 5000), max_size=60), st.sampled_from(("0.5", "0.9", "1")))
def test_a_quantile_is_the_least_time_in_which_so_many_were_decided(hours: list[int], share: str) -> None:
    found = quantile_days([Waited(None, h, n) for h, n in Counter(hours).items()], Decimal(share))
    ordered = sorted(hours)

    if not hours:
        assert found is None
    else:
        rank = ceil(len(hours) * Decimal(share))
        assert found == round(Decimal(ordered[rank - 1]) / 24 + Decimal("1e-9"), 1)


@given(st.dictionaries(st.none() | st.sampled_from("abcdefg"), st.integers(1, 12)))
def test_no_group_that_is_told_and_none_that_can_be_worked_out_is_small(sizes: dict[str | None, int]) -> None:
    folded = folded_groups(sizes)
    together = sum(sizes[group] for group in folded)

    assert all(sizes[group] >= FEWEST for group in sizes if group not in folded)
    assert together == 0 or together >= FEWEST or folded == set(sizes)

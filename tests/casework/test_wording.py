"""What an offer means, in the words of each locale."""

from tests.casework.people import People


async def test_every_offer_says_what_accepting_means_in_both_languages(people: People) -> None:
    offers = await people.offered()
    told = {o["programme"]: {c["code"]: c["text"] for c in o["loans"][0]["consequences"]} for o in offers}

    longer = told["term_extension"]
    assert longer["arrears_added_to_principal"]["en"].startswith("Arrears of CN¥3,784.54 become part of the debt")
    assert longer["lasts_longer"]["zh-CN"] == "还款期比原合同更长，最后一期于2029年12月1日到期。"
    assert longer["missed_payments"]["en"].startswith("A payment more than 3 days late")
    assert all({"en", "zh-CN"} == set(text) for loan in told.values() for text in loan.values())
    assert all("guarantors_stay" not in loan and "collateral_stays" not in loan for loan in told.values())

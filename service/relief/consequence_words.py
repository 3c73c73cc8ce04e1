"""The words in which a borrower is told what a plan means, per locale."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from service.relief.consequences import Consequence, Effect

FALLBACK: Final = "en"

WORDS: Final[Mapping[str, Mapping[Consequence, str]]] = {
    "en": {
        Consequence.INTEREST_CONTINUES: "The debt goes on bearing interest: {amount} until the end of the plan.",
        Consequence.INTEREST_STOPS: "From the day the plan takes effect the debt bears no more interest.",
        Consequence.INTEREST_ADDED_TO_DEBT: (
            "Interest of {amount} that is not paid at first is added to the debt and bears interest itself."
        ),
        Consequence.ARREARS_ADDED_TO_PRINCIPAL: (
            "Arrears of {amount} become part of the debt that bears interest; they no longer count as overdue."
        ),
        Consequence.COSTS_MORE: "In all you pay {amount} more than under the contract as it stands.",
        Consequence.COSTS_LESS: "In all you pay {amount} less than under the contract as it stands.",
        Consequence.LASTS_LONGER: "You pay for longer than under the contract: the last payment is due on {on}.",
        Consequence.ENDS_SOONER: "You are done sooner than under the contract: the last payment is due on {on}.",
        Consequence.PAYMENTS_RISE: "Payments rise later: the highest is {amount}, due on {on}.",
        Consequence.FINAL_AMOUNT_DUE: "A separate final amount of {amount} is due on {on}; it bears no interest.",
        Consequence.REST_STAYS_OWED: (
            "The rest of {amount} is not forgiven: it stays owed without interest and is due on {on}."
        ),
        Consequence.WAIVER_AS_PAID: (
            "{amount} is forgiven step by step, in proportion to what you have paid; what is not yet forgiven when the "
            "plan is broken is owed again."
        ),
        Consequence.WAIVER_ON_COMPLETION: (
            "{amount} is forgiven only when every payment of the plan has been made; if the plan is broken before, it "
            "is owed again."
        ),
        Consequence.CREDIT_REPORTED: "The agreement may be reported to credit bureaus.",
        Consequence.COLLATERAL_STAYS: "The collateral stays pledged until the debt is repaid.",
        Consequence.GUARANTORS_STAY: "Guarantors and co-borrowers stay bound, and may have to consent.",
        Consequence.MISSED_PAYMENTS: (
            "A payment more than {days} days late brings a reminder; when {times} in a row have been missed, the "
            "lender may end the agreement after a notice, and the contract applies again."
        ),
        Consequence.ONE_MISSED_PAYMENT: (
            "A single payment more than {days} days late allows the lender to end the agreement after a notice; then "
            "the contract applies again."
        ),
    },
    "zh-CN": {
        Consequence.INTEREST_CONTINUES: "债务继续计息，至方案结束共计利息{amount}。",
        Consequence.INTEREST_STOPS: "自方案生效之日起，债务不再计息。",
        Consequence.INTEREST_ADDED_TO_DEBT: "前期未付的利息{amount}将计入债务，并继续计息。",
        Consequence.ARREARS_ADDED_TO_PRINCIPAL: "逾期款项{amount}并入计息本金，不再视为逾期。",
        Consequence.COSTS_MORE: "与现行合同相比，您总共多付{amount}。",
        Consequence.COSTS_LESS: "与现行合同相比，您总共少付{amount}。",
        Consequence.LASTS_LONGER: "还款期比原合同更长，最后一期于{on}到期。",
        Consequence.ENDS_SOONER: "还款期比原合同更短，最后一期于{on}到期。",
        Consequence.PAYMENTS_RISE: "之后的还款额会提高，最高一期为{amount}，于{on}到期。",
        Consequence.FINAL_AMOUNT_DUE: "另有一笔最终款项{amount}于{on}到期，该款项不计息。",
        Consequence.REST_STAYS_OWED: "剩余的{amount}并未免除：不再计息，但仍须偿还，于{on}到期。",
        Consequence.WAIVER_AS_PAID: "{amount}将按已还款比例逐步免除；方案中断时，尚未免除的部分须恢复偿还。",
        Consequence.WAIVER_ON_COMPLETION: "{amount}须在方案全部履行完毕后才予免除；如中途中断，须恢复偿还。",
        Consequence.CREDIT_REPORTED: "本协议可能会报送征信机构。",
        Consequence.COLLATERAL_STAYS: "抵押物在债务清偿之前继续设押。",
        Consequence.GUARANTORS_STAY: "担保人和共同借款人继续承担责任，并可能须取得其同意。",
        Consequence.MISSED_PAYMENTS: (
            "任何一期迟付超过{days}天，将收到提醒；连续{times}期未付的，贷款人经通知后可终止协议，恢复适用原合同。"
        ),
        Consequence.ONE_MISSED_PAYMENT: "任何一期迟付超过{days}天，贷款人经通知后即可终止协议，恢复适用原合同。",
    },
}
"""One sentence for each code in each locale that letters are written in."""


def in_words(effect: Effect, locale: str, *, money: Callable[[int], str], day: Callable[[date], str]) -> str:
    """Say a consequence in the words of a locale; `money` and `day` write amounts and dates as it is done there.

    A locale without words of its own is spoken to in those of its language, or in English.
    """
    words = WORDS[_spoken(locale)][effect.code]
    return words.format(
        amount="" if effect.amount is None else money(effect.amount),
        on="" if effect.on is None else day(effect.on),
        days=effect.days,
        times=effect.times,
    )


def _spoken(locale: str) -> str:
    language = locale.partition("-")[0].lower()
    same = [known for known in WORDS if known.partition("-")[0] == language]
    return locale if locale in WORDS else next(iter(same), FALLBACK)

"""What a reason rests on, in words: the fact, what it was, and the threshold that it met or missed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Self

from service.domain.facts import described
from service.notices.formats import Formats

KINDS: Final = {fact.name: fact.kind for fact in described()}
_COMPARED: Final = re.compile(r"(==|!=|<=|>=|<|>) (\S+)")
_OPERATORS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "==": "exactly {}", "!=": "other than {}", "<": "less than {}", "<=": "at most {}", ">": "more than {}",
        ">=": "at least {}",
    },
    "zh-CN": {"==": "等于{}", "!=": "不等于{}", "<": "少于{}", "<=": "不超过{}", ">": "超过{}", ">=": "不少于{}"},
}  # fmt: skip
NOT_TOLD: Final = frozenset({"flag", "word", "words"})
"""Kinds of facts that the text of a reason says better: only figures are told beside it."""

FACTS: Final[dict[str, tuple[str, str]]] = {
    "exposure": ("all that is owed", "欠款总额"),
    "principal": ("principal owed", "本金余额"),
    "interest": ("interest owed", "应付利息"),
    "penalty": ("penalty interest owed", "罚息"),
    "fees": ("fees owed", "费用"),
    "overdue_principal": ("overdue principal", "逾期本金"),
    "overdue_interest": ("overdue interest", "逾期利息"),
    "overdue": ("overdue in all", "逾期总额"),
    "days_past_due": ("days past due", "逾期天数"),
    "missed_12m": ("missed months in the last 12", "近12个月新增逾期月数"),
    "worst_12m": ("most instalments in arrears in the last 12 months", "近12个月最高逾期期数"),
    "months_on_book": ("months since the loan was made", "贷款已发放月数"),
    "original_months": ("original term in months", "原贷款期限（月）"),
    "remaining_months": ("remaining months", "剩余月数"),
    "days_to_maturity": ("days until maturity", "距到期天数"),
    "annual_rate": ("annual contract rate", "合同年利率"),
    "contractual_payment": ("monthly payment under the contract", "合同月还款额"),
    "snapshot_age_days": ("age of the loan's figures in days", "贷款数据截取后天数"),
    "vouched": ("the lender vouches for the figures", "贷款数据已由贷款机构确认"),
    "reliefs_24m": ("reliefs granted in the last 24 months", "近24个月已获纾困次数"),
    "breaches_24m": ("reliefs broken in the last 24 months", "近24个月违约的纾困次数"),
    "months_since_any_relief": ("months since the last relief", "距上次纾困月数"),
    "permanent_mods_total": ("permanent changes of terms so far", "历次永久变更条款次数"),
    "extension_months_total": ("months of extension so far", "累计展期月数"),
    "trial_failed_12m": ("a trial period failed in the last 12 months", "近12个月试行期未通过"),
    "imminent_default": ("default is to be expected", "预计将逾期"),
    "product": ("kind of credit", "贷款种类"),
    "secured": ("there is collateral", "有抵押物"),
    "loan_to_value": ("debt over the value of the collateral", "贷款与抵押物价值之比"),
    "lien_position": ("rank of the lien", "抵押顺位"),
    "valuation_age_days": ("days since the collateral was valued", "抵押物估值后天数"),
    "occupied": ("somebody lives in the collateral", "抵押房屋有人居住"),
    "minimum_payment": ("minimum payment", "最低还款额"),
    "line_blocked": ("the credit line is blocked", "授信额度已冻结"),
    "borrower_kind": ("kind of borrower", "借款人类型"),
    "currency": ("currency", "币种"),
    "loans": ("number of loans", "贷款笔数"),
    "gross_income": ("monthly gross income", "月总收入（税前）"),
    "income": ("monthly net income", "月净收入"),
    "income_basis": ("how the income is shown", "收入证明程度"),
    "essential_expenses": ("essential monthly expenses", "每月必要支出"),
    "expenses": ("monthly expenses", "每月支出"),
    "priority_debts": ("monthly payments to priority debts", "每月优先债务还款"),
    "other_debt_payments": ("monthly payments to other debts", "每月其他债务还款"),
    "surplus": ("what remains each month for these loans", "每月可用于还款的余额"),
    "surplus_expected": ("what is expected to remain each month later", "预计日后每月可用余额"),
    "expenses_vs_floor": ("expenses over those of a household of this size", "支出与同等家庭基本支出之比"),
    "payment_to_income": ("contractual payments over income", "合同还款额与收入之比"),
    "debt_to_income": ("all debt payments over income", "全部债务还款额与收入之比"),
    "payment_to_surplus": ("contractual payments over what remains", "合同还款额与可用余额之比"),
    "exceeds_ability": ("the contractual payments exceed what remains", "合同还款额超出还款能力"),
    "liquid_assets": ("cash, savings and investments", "现金、存款和投资"),
    "dependants": ("dependants", "受抚养人数"),
    "income_change": ("income now over income before", "现收入与此前收入之比"),
    "hardship_reason": ("reason for the hardship", "困难原因"),
    "hardship_months": ("length of the hardship in months", "困难持续月数"),
    "hardship_permanent": ("the hardship is expected to last", "困难预计长期持续"),
    "expected_recovery_months": ("months until the expected recovery", "预计恢复所需月数"),
    "vulnerable": ("special care is called for", "需要特别关照"),
    "willing_to_pay": ("willingness to pay is shown", "还款意愿"),
    "evidence_missing": ("documents that are missing", "缺少的材料数"),
    "evidence_unverified": ("documents that wait to be verified", "待核实的材料数"),
    "evidence_refused": ("documents that were refused", "被退回的材料数"),
    "requested_payment": ("monthly payment asked for", "申请的月还款额"),
    "requested_months": ("months asked for", "申请的还款月数"),
    "lump_sum": ("what can be paid at once", "可一次性支付的金额"),
    "requested_programmes": ("programmes asked for", "申请的方案"),
    "automated_decision_allowed": ("consent to a decision by a machine", "同意自动化决策"),
    "sensitive_data_allowed": ("consent to the use of health data", "同意使用健康信息"),
    "insolvent": ("insolvency proceedings", "破产程序"),
    "litigation": ("a law suit about the debt", "债务诉讼"),
    "debt_disputed": ("the debt is disputed", "对债务有争议"),
    "fraud_suspected": ("inconsistent particulars", "信息存疑"),
    "misuse_of_funds": ("use of the loan as agreed", "贷款用途不符"),
    "moratorium_active": ("a moratorium runs", "处于暂缓期"),
    "adviser_engaged": ("a debt adviser acts", "有债务顾问协助"),
    "guarantors_consented": ("guarantors consent", "担保人已同意"),
    "operating": ("the business is operating", "企业正常经营"),
    "lawful_operation": ("the business operates lawfully", "企业合法经营"),
    "receipts_12m": ("receipts of the last 12 months", "近12个月经营收入"),
}
"""What each fact is called in a letter, in English and in Chinese."""

LIMITS: Final[dict[str, tuple[str, str, str]]] = {
    "affordable_payment": ("money", "what a plan may ask for a month", "每月可承受的还款额"),
    "affordable_upfront": ("money", "what can be paid at signature", "签署时可支付的金额"),
    "affordable_balloon": ("money", "what can be paid with the last instalment", "期末可支付的金额"),
    "instalments_max": ("count", "the longest term in instalments", "最长还款期数"),
    "instalments_max_of_original": ("count", "the longest term in instalments", "最长还款期数"),
    "holiday_instalments_max": ("count", "the longest pause in instalments", "最长暂缓期数"),
    "settlement_payments_max": ("count", "the most payments of a settlement", "一次性结清的最多付款次数"),
    "minimum_instalments": ("count", "the fewest instalments", "最少还款期数"),
    "rate_of_contract": ("ratio", "the rate of the contract", "合同年利率"),
    "legal_cap": ("ratio", "the legal cap on what a loan may cost in a year", "法定年化成本上限"),
}
"""Limits that stood in the way of every plan, of those that everybody is told: kind, English, Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """The fact behind a reason, as it was written down with the decision."""

    fact: str
    value: Any
    threshold: str | None

    @classmethod
    def of(cls, reason: Mapping[str, Any]) -> Self | None:
        """Return the grounds of a stored reason, if it has any that are known by name."""
        fact, value = reason.get("fact"), reason.get("value")
        if value is None or fact not in FACTS.keys() | LIMITS.keys() or KINDS.get(fact) in NOT_TOLD:
            return None
        return cls(fact=fact, value=value, threshold=reason.get("threshold"))


def grounds_in_words(grounds: Grounds | None, locale: str, formats: Formats) -> str | None:
    """Say on what a reason rests: "days past due: 45 (the rule: more than 30)"."""
    if grounds is None:
        return None
    english = locale == "en"
    if grounds.fact in LIMITS:
        kind, *labels = LIMITS[grounds.fact]
        named = "it would take {}" if english else "需要{}"
    else:
        kind, labels = KINDS[grounds.fact], list(FACTS[grounds.fact])
        named = "the rule: {}" if english else "规则：{}"
    value = _figure(grounds.value, kind, formats)
    threshold = _threshold(grounds.threshold, kind, formats)
    if english:
        return f"{labels[0]}: {value}" + (f" ({named.format(threshold)})" if threshold else "")
    return f"{labels[1]}：{value}" + (f"（{named.format(threshold)}）" if threshold else "")


def _threshold(threshold: str | None, kind: str, formats: Formats) -> str | None:
    """Return a threshold in words; one that is no plain comparison is left to the reason's own text."""
    found = _COMPARED.fullmatch(threshold or "")
    number = _number(found[2]) if found else None
    if found is None or number is None:
        return None
    return _OPERATORS[formats.locale][found[1]].format(_figure(number, kind, formats))


def _figure(value: Any, kind: str, formats: Formats) -> str:
    """Write a value of a fact; what cannot be read as its kind is written as it stands."""
    number = _number(value)
    if number is None:
        return str(value)
    if kind == "money":
        return formats.money(int(number))
    return formats.percent(number) if kind == "ratio" else formats.number(number)


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

"""Terms in words: one sentence for each instrument of a plan, as it stands in the plan's document."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from service.notices.formats import Formats

Instrument = Mapping[str, Any]
Say = Callable[[Instrument, Formats], str]

COMPONENTS: Final = {
    "en": {"principal": "principal", "interest": "interest", "penalty": "penalty interest", "fees": "fees"},
    "zh-CN": {"principal": "本金", "interest": "利息", "penalty": "罚息", "fees": "费用"},
}
REPAYMENTS: Final = {
    "en": {
        "equal_instalments": "equal instalments", "equal_principal": "equal parts of the principal",
        "interest_only": "interest first, the principal at the end", "bullet": "one payment at the end",
        "revolving": "a revolving line",
    },
    "zh-CN": {
        "equal_instalments": "等额本息", "equal_principal": "等额本金", "interest_only": "先息后本",
        "bullet": "到期一次还本付息", "revolving": "循环额度",
    },
}  # fmt: skip
FREQUENCIES: Final = {
    "en": {"weekly": "weekly", "biweekly": "every two weeks", "monthly": "monthly", "quarterly": "quarterly"},
    "zh-CN": {"weekly": "每周", "biweekly": "每两周", "monthly": "每月", "quarterly": "每季"},
}
_VESTS: Final = {
    "en": {
        "signature": "at signature", "pro_rata": "step by step, in proportion to what you have paid",
        "completion": "once every payment of the plan has been made",
    },
    "zh-CN": {"signature": "自签署之日起", "pro_rata": "按已还款比例逐步", "completion": "在方案全部履行完毕后"},
}  # fmt: skip
_UNPAID: Final = {
    "en": {
        "charged": "interest not paid meanwhile is charged",
        "deferred": "interest not paid meanwhile is due at the end, and bears none itself",
        "waived": "interest of that time is waived",
    },
    "zh-CN": {
        "charged": "期间未付利息照计", "deferred": "期间未付利息于期末支付，不再计息", "waived": "期间利息予以免除",
    },
}  # fmt: skip
_THEN: Final = {
    "en": {
        "extend": "the plan lasts as much longer", "raise": "the later payments are higher",
        "end": "the rest is due with the last payment",
    },
    "zh-CN": {"extend": "还款期相应延长", "raise": "其后各期还款额相应提高", "end": "余额随最后一期支付"},
}  # fmt: skip


def terms_in_words(instruments: Sequence[Instrument], locale: str, formats: Formats) -> list[str]:
    """Return one sentence for each instrument, in the order in which they are applied."""
    said = SENTENCES[locale]
    return [said[instrument["kind"]](instrument, formats) for instrument in instruments]


def _portion(portion: Mapping[str, Any], formats: Formats) -> str:
    if portion.get("amount") is not None:
        return formats.money(portion["amount"])
    return formats.percent(portion["fraction"])


def _components(names: Sequence[str] | None, locale: str) -> str:
    known = COMPONENTS[locale]
    chosen = [known[name] for name in names or known]
    return "、".join(chosen) if locale == "zh-CN" else ", ".join(chosen)


def _waived(instrument: Instrument, formats: Formats) -> str:
    locale = formats.locale
    parts = [
        f"{_portion(instrument[name], formats)} of the {word}"
        if locale == "en"
        else f"{word}的{_portion(instrument[name], formats)}"
        for name, word in COMPONENTS[locale].items()
        if instrument.get(name) is not None
    ]
    return ", ".join(parts) if locale == "en" else "、".join(parts)


def _settlement_en(i: Instrument, f: Formats) -> str:
    if i.get("payments"):
        first = f"Payments of {f.money(sum(p['amount'] for p in i['payments']))} in all"
    else:
        first = f"Payment of {f.percent(i['fraction'])} of the debt in {i['instalments']} part(s)"
    rest = "settle the whole debt" if i["discharge"] == "full" else "are made; the rest stays owed without interest"
    return f"{first} {rest}."


def _settlement_zh(i: Instrument, f: Formats) -> str:
    if i.get("payments"):
        first = f"共支付{f.money(sum(p['amount'] for p in i['payments']))}"
    else:
        first = f"分{i['instalments']}期支付债务的{f.percent(i['fraction'])}"
    return f"{first}，{'全部债务即告清偿' if i['discharge'] == 'full' else '其余部分仍须偿还，不再计息'}。"


def _span(i: Instrument, f: Formats) -> str:
    if i.get("instalments") is not None:
        n = i["instalments"]
        return f"For {n} instalment(s)" if f.locale == "en" else f"前{n}期"
    if f.locale == "en":
        return f"From {f.day(i['from'])} to {f.day(i['until'])}"
    return f"自{f.day(i['from'])}至{f.day(i['until'])}"


def _after(i: Instrument, locale: str) -> str:
    separator = "; " if locale == "en" else "；"
    return separator.join((_UNPAID[locale][i["interest"]], _THEN[locale][i["then"]]))


def _steps(i: Instrument, f: Formats) -> str:
    english = f.locale == "en"
    said = [
        f"{s['instalments']} of {f.percent(s['fraction'])}"
        if english
        else f"{s['instalments']}期{f.percent(s['fraction'])}"
        for s in i["steps"]
    ]
    return ", ".join(said) if english else "、".join(said)


def _rate_steps(i: Instrument, f: Formats) -> str:
    english = f.locale == "en"
    return "".join(
        f", {f.percent(s['annual_rate'])} from instalment {s['from_instalment']} on"
        if english
        else f"，自第{s['from_instalment']}期起为{f.percent(s['annual_rate'])}"
        for s in i.get("steps") or ()
    )


def _due_day(i: Instrument, f: Formats) -> str:
    english = f.locale == "en"
    said = []
    if i.get("day") is not None:
        said.append(f"on day {i['day']} of the month" if english else f"每月{i['day']}日")
    if i.get("first_due_on") is not None:
        said.append(f"first on {f.day(i['first_due_on'])}" if english else f"首期为{f.day(i['first_due_on'])}")
    return ", ".join(said) if english else "，".join(said)


def _term(i: Instrument, f: Formats) -> str:
    n, often = i["instalments"], i.get("frequency")
    rhythm = FREQUENCIES[f.locale].get(often, "") if often else ""
    if f.locale == "en":
        sentence = {
            "effective": f"The debt is repaid in {n} instalments",
            "remaining": f"The contract gets {n} more instalments",
            "origination": f"The loan has {n} instalments in all, counted from its start",
        }[i["counts_from"]]
        return f"{sentence}{', ' + rhythm if rhythm else ''}."
    sentence = {
        "effective": f"债务分{n}期偿还", "remaining": f"原合同期限增加{n}期", "origination": f"贷款自发放起共{n}期",
    }[i["counts_from"]]  # fmt: skip
    return f"{sentence}{'，' + rhythm + '一期' if rhythm else ''}。"


def _renew(i: Instrument, f: Formats) -> str:
    named = _components(i["components"], f.locale)
    if f.locale == "en":
        rate = f" at {f.percent(i['annual_rate'])} a year" if i.get("annual_rate") is not None else ""
        fee = f" A fee of {f.money(i['fee'])} is due with the first instalment." if i.get("fee") else ""
        return f"A new contract of {i['instalments']} instalments{rate} repays the old one ({named}).{fee}"
    rate = f"、年利率{f.percent(i['annual_rate'])}" if i.get("annual_rate") is not None else ""
    fee = f"首期另付费用{f.money(i['fee'])}。" if i.get("fee") else ""
    return f"以{i['instalments']}期{rate}的新合同偿还原合同（{named}）。{fee}"


SENTENCES: Final[dict[str, dict[str, Say]]] = {
    "en": {
        "waive": lambda i, f: f"Waived {_VESTS['en'][i['vests']]}: {_waived(i, f)}.",
        "upfront": lambda i, f: f"{f.money(i['amount'])} is paid at signature.",
        "capitalise": lambda i, _f: f"Overdue {_components(i['components'], 'en')} becomes part of the principal.",
        "forbear": lambda i, f: (
            f"{_portion(i['principal'], f)} of the principal is set aside, bears no interest and is due at the end."
        ),
        "balloon": lambda i, f: f"{_portion(i['principal'], f)} of the principal is due with the last instalment.",
        "arrears_plan": lambda i, _f: (
            f"The arrears ({_components(i.get('components'), 'en')}) are paid, without interest, with the first "
            f"{i['instalments']} instalment(s)."
        ),
        "repayment_plan": lambda i, _f: (
            f"The contract's instalments go on; all that is overdue is paid, without interest, with the first "
            f"{i['instalments']} of them."
        ),
        "settlement": _settlement_en,
        "due_day": lambda i, f: f"The payment day moves: {_due_day(i, f)}.",
        "term": _term,
        "rate": lambda i, f: (
            f"The interest rate is {f.percent(i['annual_rate'])} a year"
            f"{' from ' + f.day(i['effective_from']) if i.get('effective_from') else ''}{_rate_steps(i, f)}."
        ),
        "reschedule": lambda i, _f: f"What is left is repaid in {REPAYMENTS['en'][i['repayment']]}.",
        "renew": _renew,
        "holiday": lambda i, f: (
            f"{_span(i, f)} you pay {'interest only' if i['pays'] == 'interest' else 'nothing'}; {_after(i, 'en')}."
        ),
        "reduced": lambda i, f: f"{_span(i, f)} you pay {f.money(i['payment'])}; {_after(i, 'en')}.",
        "stepped": lambda i, f: f"Payments rise in steps: {_steps(i, f)} of the level payment; {_after(i, 'en')}.",
    },
    "zh-CN": {
        "waive": lambda i, f: f"{_VESTS['zh-CN'][i['vests']]}免除：{_waived(i, f)}。",
        "upfront": lambda i, f: f"签署时支付{f.money(i['amount'])}。",
        "capitalise": lambda i, _f: f"逾期的{_components(i['components'], 'zh-CN')}并入本金。",
        "forbear": lambda i, f: f"本金中的{_portion(i['principal'], f)}暂缓偿还，不计息，于期末支付。",
        "balloon": lambda i, f: f"本金中的{_portion(i['principal'], f)}随最后一期支付。",
        "arrears_plan": lambda i, _f: (
            f"逾期款项（{_components(i.get('components'), 'zh-CN')}）不计息，分摊至前{i['instalments']}期支付。"
        ),
        "repayment_plan": lambda i, _f: f"原合同各期照常还款；全部逾期款项不计息，分摊至前{i['instalments']}期支付。",
        "settlement": _settlement_zh,
        "due_day": lambda i, f: f"还款日变更为：{_due_day(i, f)}。",
        "term": _term,
        "rate": lambda i, f: (
            f"{'自' + f.day(i['effective_from']) + '起' if i.get('effective_from') else ''}"
            f"年利率为{f.percent(i['annual_rate'])}{_rate_steps(i, f)}。"
        ),
        "reschedule": lambda i, _f: f"余额改按{REPAYMENTS['zh-CN'][i['repayment']]}方式偿还。",
        "renew": _renew,
        "holiday": lambda i, f: (
            f"{_span(i, f)}{'只付利息' if i['pays'] == 'interest' else '暂不还款'}；{_after(i, 'zh-CN')}。"
        ),
        "reduced": lambda i, f: f"{_span(i, f)}每期支付{f.money(i['payment'])}；{_after(i, 'zh-CN')}。",
        "stepped": lambda i, f: f"还款额逐步提高：标准期供的{_steps(i, f)}；{_after(i, 'zh-CN')}。",
    },
}
"""By locale and kind of instrument; a kind without words fails a test."""

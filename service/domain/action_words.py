"""What the moves of a case, its states and those who take part are called, and why not, in the languages of people."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from service.domain.actors import Role
from service.domain.lifecycle import CaseAction, CaseState, RoleNotAllowed
from service.domain.locales import Locale, Told

_A, _S, _R = CaseAction, CaseState, Role

# fmt: off
ACTIONS: Final[Mapping[CaseAction, Told]] = {
    _A.SUBMIT: {"en": "Submit the application.", "zh-CN": "提交申请。"},
    _A.WITHDRAW: {"en": "Withdraw the application.", "zh-CN": "撤回申请。"},
    _A.LAPSE: {"en": "Let the case lapse.", "zh-CN": "让案件失效。"},
    _A.START_REVIEW: {"en": "Begin the review with what is there.", "zh-CN": "以现有材料开始审核。"},
    _A.REQUEST_INFORMATION: {"en": "Ask for more information.", "zh-CN": "要求补充材料。"},
    _A.PROVIDE_INFORMATION: {"en": "Hand in what is missing.", "zh-CN": "补交缺少的材料。"},
    _A.MAKE_OFFERS: {"en": "Make offers.", "zh-CN": "提出方案。"},
    _A.REJECT: {"en": "Reject the application.", "zh-CN": "拒绝申请。"},
    _A.AMEND: {"en": "Change the application and submit it again.", "zh-CN": "修改申请并重新提交。"},
    _A.REFER: {"en": "Take the matter to mediation, advice or an ombudsman.", "zh-CN": "转交调解、咨询或申诉机构。"},
    _A.ACCEPT: {"en": "Accept an offer.", "zh-CN": "接受一个方案。"},
    _A.COUNTER: {"en": "Propose another plan.", "zh-CN": "提出自己的方案。"},
    _A.DECLINE: {"en": "Decline an offer.", "zh-CN": "谢绝一个方案。"},
    _A.REFUSE_COUNTER: {"en": "Refuse the counter-proposal.", "zh-CN": "不接受对方提出的方案。"},
    _A.APPEAL: {"en": "Appeal against the decision.", "zh-CN": "对决定提出申诉。"},
    _A.REQUEST_HUMAN_REVIEW: {"en": "Ask for a person to look at it.", "zh-CN": "要求人工复核。"},
    _A.REOPEN: {"en": "Take the case up again.", "zh-CN": "重新启动案件。"},
    _A.CLOSE: {"en": "Close the case.", "zh-CN": "结案。"},
    _A.FULFIL: {"en": "Note that everything was paid.", "zh-CN": "确认已全部付清。"},
    _A.BREACH: {"en": "Note that the agreement was not kept.", "zh-CN": "确认协议未被履行。"},
    _A.CANCEL: {"en": "Cancel the agreement.", "zh-CN": "取消协议。"},
    _A.REINSTATE: {"en": "Let the agreement run again.", "zh-CN": "恢复协议。"},
    _A.DISMISS: {"en": "Dismiss the appeal: the decision stands.", "zh-CN": "驳回申诉，维持原决定。"},
    _A.ALLOW: {"en": "Allow the appeal: the case is decided afresh.", "zh-CN": "支持申诉，重新决定。"},
    _A.WITHDRAW_APPEAL: {"en": "Withdraw the appeal.", "zh-CN": "撤回申诉。"},
    _A.RESUME: {"en": "Take the referred case back into review.", "zh-CN": "将转交的案件收回审核。"},
}

STATES: Final[Mapping[CaseState, Told]] = {
    _S.DRAFT: {"en": "a draft", "zh-CN": "草稿"},
    _S.SUBMITTED: {"en": "submitted", "zh-CN": "已提交"},
    _S.INFORMATION_REQUESTED: {"en": "waiting for information", "zh-CN": "待补充材料"},
    _S.IN_REVIEW: {"en": "in review", "zh-CN": "审核中"},
    _S.OFFERED: {"en": "offered", "zh-CN": "已提出方案"},
    _S.COUNTERED: {"en": "countered", "zh-CN": "已还价"},
    _S.AGREED: {"en": "agreed", "zh-CN": "已达成协议"},
    _S.BREACHED: {"en": "breached", "zh-CN": "已违约"},
    _S.DECLINED: {"en": "declined", "zh-CN": "方案已被谢绝"},
    _S.LAPSED: {"en": "lapsed", "zh-CN": "已失效"},
    _S.REJECTED: {"en": "rejected", "zh-CN": "已拒绝"},
    _S.APPEALED: {"en": "appealed", "zh-CN": "申诉中"},
    _S.REFERRED: {"en": "referred", "zh-CN": "已转交"},
    _S.FULFILLED: {"en": "fulfilled", "zh-CN": "已履行完毕"},
    _S.WITHDRAWN: {"en": "withdrawn", "zh-CN": "已撤回"},
    _S.CLOSED: {"en": "closed", "zh-CN": "已结案"},
}

ROLES: Final[Mapping[Role, Told]] = {
    _R.BORROWER: {"en": "borrower", "zh-CN": "借款人"},
    _R.REPRESENTATIVE: {"en": "representative", "zh-CN": "代理人"},
    _R.PARTNER: {"en": "partner", "zh-CN": "合作方"},
    _R.SERVICING: {"en": "servicing", "zh-CN": "贷款系统"},
    _R.CASEWORKER: {"en": "caseworker", "zh-CN": "经办人"},
    _R.SUPERVISOR: {"en": "supervisor", "zh-CN": "主管"},
    _R.POLICY_ADMIN: {"en": "policy_admin", "zh-CN": "政策管理员"},
    _R.AUDITOR: {"en": "auditor", "zh-CN": "审计员"},
    _R.SYSTEM: {"en": "system", "zh-CN": "系统"},
}

_SENTENCES: Final[Mapping[str, str]] = {
    r"Members that the application lacks: (\d+)\.": "申请还缺少{0}项内容。",
    r"Items of evidence that are missing: (\d+)\.": "还缺少{0}份材料。",
    r"Offers need a final approval\.": "提出方案之前，须先有最终批准。",
    r"The rejection is not final\.": "拒绝尚未生效。",
    r"The application has not changed since it was judged\.": "申请自上次审核以来没有变化。",
    r"The open offers are indicative\.": "现有方案仅供参考，尚不能接受。",
    r"No offer is open\.": "目前没有有效的方案。",
    r"All (\d+) rounds are used\.": "{0}轮协商均已用完。",
    r"Another offer is still open\.": "还有其他有效的方案。",
    r"An offer is still open\.": "还有有效的方案。",
    r"Nothing was refused that could be appealed\.": "没有可以申诉的决定。",
    r"The decision was appealed before\.": "该决定已经申诉过。",
    r"The time for an appeal has passed\.": "申诉期限已过。",
    r"The time for an appeal has not passed\.": "申诉期限尚未届满。",
    r"The rejection was made by a person\.": "该拒绝由人工作出。",
    r"You took part in the decision\.": "您参与过该决定。",
    r"A reason is needed\.": "需要说明理由。",
    r"The representative's mandate is to (\w+); this needs (\w+)\.": "代理人的授权范围不足，需要更大的授权。",
    r"The lender has not verified the representative's mandate\.": "贷款机构尚未核实代理人的授权。",
    r"A partner answers for the borrower only with a verified mandate of scope accept\.":
        "合作方须持有经核实的、可代为接受方案的授权，才能代借款人答复。",
}
# fmt: on
"""Chinese for each sentence by which a condition or a mandate refuses a move; a test holds the table to all of them."""


def refusal_told(error: RoleNotAllowed, *, state: CaseState, locale: Locale) -> str:
    """Say in a language that a role may not take a move."""
    if locale == "en":
        return error.detail
    role, action = Role(str(error.context["role"])), CaseAction(str(error.context["action"]))
    what = ACTIONS[action][locale].rstrip("。")
    return f"{ROLES[role][locale]}不能在案件处于“{STATES[state][locale]}”时{what}。"


def sentence_told(sentence: str, *, locale: Locale) -> str:
    """Say a sentence of a condition in a language; one that nobody has translated is said in English."""
    if locale == "en":
        return sentence
    for matches, translated in _PATTERNS:
        found = matches(sentence)
        if found:
            return translated.format(*found.groups())
    return sentence


_PATTERNS: Final[tuple[tuple[Callable[[str], re.Match[str] | None], str], ...]] = tuple(
    (re.compile(pattern).fullmatch, translated) for pattern, translated in _SENTENCES.items()
)

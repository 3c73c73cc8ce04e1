"""What the demo calls things in Chinese, where the service answers with a code."""

from typing import Final

COMPONENTS: Final = {"principal": "本金", "interest": "利息", "penalty": "罚息", "fees": "费用"}
LABELS: Final = {
    "recommended": "推荐",
    "lowest_payment": "月供最低",
    "lowest_cost": "总额最低",
    "soonest": "最早还清",
}
LIMITS: Final = {
    "instalments_max": "期数上限",
    "instalments_max_of_original": "期数不得超过原合同期数",
    "affordability": "还款不得超过可支配余额的份额",
    "surplus_share": "还款不得超过可支配余额的份额",
    "authority": "审批权限",
    "months": "期数",
}
FIELDS: Final = {
    "payment": "月供",
    "months": "期数",
    "upfront": "首付",
    "lump_sum": "首付",
    "waived": "减免",
    "first_due_on": "首个还款日",
}
STATES: Final = {
    "information_requested": "待补充材料",
    "submitted": "已提交",
    "in_review": "审核中",
    "offered": "已出方案",
    "countered": "已还价",
    "agreed": "已达成协议",
    "rejected": "已拒绝",
    "active": "生效中",
    "awaiting_signatures": "待签字",
    "allowed": "申诉成立",
    "breached": "已违约",
}
OUTCOMES: Final = {
    "approve": "同意",
    "reject": "拒绝",
    "manual": "转人工",
    "request_information": "补充材料",
}
ANSWERS: Final = {
    "accepted": "照此成立",
    "countered": "提出最接近的方案",
    "waiting": "待人工答复",
    "refused": "无法满足",
}
ELIGIBILITY: Final = {"eligible": "可申请", "conditional": "有条件", "ineligible": "不符合"}
EVENTS: Final = {
    "created": "建立案件",
    "submit": "提交申请",
    "request_information": "要求补充材料",
    "evidence_received": "收到材料",
    "provide_information": "材料齐全",
    "start_review": "开始审核",
    "reviewed": "政策判断",
    "decided": "作出决定",
    "make_offers": "提出方案",
    "counter": "借款人还价",
    "accept": "接受方案",
    "agreement_made": "达成协议",
    "agreement_active": "协议生效",
    "notice_sent": "发出信函",
    "acknowledgement": "受理通知",
    "information_request": "补充材料通知",
    "offer": "方案通知",
    "agreement": "协议",
    "payment_missed": "逾期未还",
    "reminder": "还款提醒",
    "remedy_notice": "补缴通知",
    "breach": "违约",
}


def shown(words: dict[str, str], code: str) -> str:
    """Return the Chinese for a code, or the code itself, which is permanent and can be looked up."""
    return words.get(code, code)

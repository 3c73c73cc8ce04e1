"""The recommended next step and its reason in the words of the desk, in each language."""

from collections.abc import Mapping
from typing import Final

from service.domain.locales import Told
from service.domain.next_step import Step, Why
from service.domain.policy import Level

# fmt: off
STEPS: Final[Mapping[Step, Told]] = {
    Step.WAIT_FOR_BORROWER: {
        "en": "Wait for the borrower, and ask whether they need help.",
        "zh-CN": "等待借款人，并询问是否需要帮助。",
    },
    Step.WAIT_FOR_OTHERS: {
        "en": "Wait for somebody else, and ask how far they are.",
        "zh-CN": "等待其他方，并了解进展。",
    },
    Step.JUDGE: {"en": "Have the policy judge the case.", "zh-CN": "按政策审核案件。"},
    Step.VERIFY_EVIDENCE: {
        "en": "Look at the documents and verify or refuse them.",
        "zh-CN": "查看材料，予以核实或不予接受。",
    },
    Step.VOUCH_FOR_LOANS: {"en": "Confirm what the loans stand at today.", "zh-CN": "确认贷款目前的数字。"},
    Step.APPROVE: {"en": "Approve the case.", "zh-CN": "批准案件。"},
    Step.REJECT: {"en": "Reject the case, with the reasons of the policy.", "zh-CN": "以政策给出的理由拒绝案件。"},
    Step.DECIDE: {"en": "Weigh the case yourself, and approve or reject it.", "zh-CN": "自行权衡后批准或拒绝。"},
    Step.CONFIRM: {"en": "Have a second person confirm the decision.", "zh-CN": "请另一人确认该决定。"},
    Step.MAKE_OFFERS: {"en": "Make the menu of offers.", "zh-CN": "提出方案。"},
    Step.MAKE_OWN_TERMS: {
        "en": "Offer terms of your own, or reject the case.",
        "zh-CN": "自行拟定条款提出方案，或拒绝案件。",
    },
    Step.ANSWER_COUNTER: {
        "en": "Answer the counter-proposal: make an offer, or refuse it with a reason.",
        "zh-CN": "答复对方的方案：提出新方案，或说明理由不予接受。",
    },
    Step.ANSWER_APPEAL: {
        "en": "Have somebody who took no part dismiss or allow the appeal.",
        "zh-CN": "由未参与者驳回或支持申诉。",
    },
    Step.ANSWER_BREACH: {
        "en": "Agree on a way back, refer the matter, or close the case.",
        "zh-CN": "商定恢复办法、转交或结案。",
    },
    Step.CLOSE: {"en": "Close the case.", "zh-CN": "结案。"},
}

REASONS: Final[Mapping[Why, Told]] = {
    Why.NOT_SUBMITTED: {"en": "The application has not been submitted.", "zh-CN": "申请尚未提交。"},
    Why.NOT_JUDGED: {"en": "The policy has not judged it yet.", "zh-CN": "尚未按政策审核。"},
    Why.DOCUMENTS_MISSING: {"en": "Documents are missing: {kinds}.", "zh-CN": "缺少材料：{kinds}。"},
    Why.INFORMATION_MISSING: {"en": "The policy lacks a fact. {reasons}", "zh-CN": "政策缺少一项事实。{reasons}"},
    Why.DOCUMENTS_COMPLETE: {"en": "Everything that was asked for is there.", "zh-CN": "要求的材料已齐全。"},
    Why.NOT_VERIFIED: {"en": "The policy wants these verified first: {kinds}.", "zh-CN": "政策要求先核实：{kinds}。"},
    Why.POLICY_APPROVES: {"en": "The policy approves.", "zh-CN": "政策结论为批准。"},
    Why.APPROVAL_IS_ABOVE_SYSTEM: {
        "en": "The policy approves, and the approval needs this authority: {level}.",
        "zh-CN": "政策结论为批准，需要的权限：{level}。",
    },
    Why.POLICY_REJECTS: {"en": "The policy rejects. {reasons}", "zh-CN": "政策结论为拒绝。{reasons}"},
    Why.POLICY_WANTS_A_PERSON: {
        "en": "The policy wants a person to look. {reasons}",
        "zh-CN": "政策要求人工判断。{reasons}",
    },
    Why.PERSON_ASKED_FOR: {
        "en": "The borrower wants a person to decide; the policy only advises. {reasons}",
        "zh-CN": "借款人要求由人决定，政策仅供参考。{reasons}",
    },
    Why.APPEAL_ALLOWED: {
        "en": "The appeal was allowed: the case is decided afresh.",
        "zh-CN": "申诉成立，案件须重新决定。",
    },
    Why.NOT_CONFIRMED: {
        "en": "The decision waits for a second person; nobody confirms their own.",
        "zh-CN": "该决定待另一人确认，不得自行确认。",
    },
    Why.CONFIRMATION_REFUSED: {
        "en": "The last decision was not confirmed. {reasons}",
        "zh-CN": "上一决定未获确认。{reasons}",
    },
    Why.APPROVED: {"en": "The case is approved, and no offer has been made.", "zh-CN": "案件已获批准，尚未提出方案。"},
    Why.NO_PLAN_FITS: {
        "en": "The case is approved, and no plan within the limits fits the budget.",
        "zh-CN": "案件已获批准，但限度内没有适合其预算的方案。",
    },
    Why.FIGURES_DECLARED: {
        "en": "The figures are the borrower's, or too old: offers would not bind.",
        "zh-CN": "数字由借款人申报或已过时，方案不具约束力。",
    },
    Why.OFFERS_STAND: {"en": "Offers stand, and the borrower has not answered.", "zh-CN": "方案有效，借款人尚未答复。"},
    Why.NO_OFFER_STANDS: {"en": "No offer stands any more.", "zh-CN": "已没有有效的方案。"},
    Why.COUNTER_WAITS: {"en": "A counter-proposal waits for an answer.", "zh-CN": "对方所提方案待答复。"},
    Why.APPEAL_WAITS: {"en": "An appeal waits for an answer.", "zh-CN": "申诉待答复。"},
    Why.SIGNATURES_MISSING: {"en": "Signatures are missing.", "zh-CN": "尚缺签名。"},
    Why.PLAN_RUNS: {"en": "The agreement runs.", "zh-CN": "协议正在履行。"},
    Why.NOT_KEPT: {"en": "The agreement was not kept.", "zh-CN": "协议未被履行。"},
    Why.BORROWER_MAY_COME_BACK: {
        "en": "The borrower may still take the case up again or appeal.",
        "zh-CN": "借款人仍可重新启动案件或提出申诉。",
    },
    Why.WINDOW_PASSED: {"en": "The time for coming back has passed.", "zh-CN": "重新启动的期限已过。"},
    Why.REFERRED: {"en": "The matter is with somebody outside.", "zh-CN": "此事由外部机构处理。"},
}

LEVELS: Final[Mapping[Level, Told]] = {
    Level.SYSTEM: {"en": "the system", "zh-CN": "系统"},
    Level.CASEWORKER: {"en": "a caseworker", "zh-CN": "经办人"},
    Level.SUPERVISOR: {"en": "a supervisor", "zh-CN": "主管"},
    Level.COMMITTEE: {"en": "two supervisors", "zh-CN": "两名主管"},
}

UNTIL: Final[Told] = {"en": "The next deadline is {day}.", "zh-CN": "下一期限为{day}。"}
NO_CONTACT: Final[Told] = {
    "en": "Contact is paused: do not call or write to collect.",
    "zh-CN": "联系已暂停：不得致电或去函催收。",
}
# fmt: on

"""What a story says of each thing that can happen to a case, in the languages of people.

Whoever makes a new kind of event writes its sentence here, or says in `NOT_TOLD` why it has none; a test holds these
tables to every event that the service writes. A sentence may name what `story.py` knows how to say in words.
"""

from collections.abc import Mapping
from typing import Final

from service.domain.locales import Told

# fmt: off
DEEDS: Final[Mapping[str, Told]] = {
    "created": {"en": "The case was opened.", "zh-CN": "案件已建立。"},
    "submit": {"en": "The application was submitted.", "zh-CN": "申请已提交。"},
    "withdraw": {"en": "The application was withdrawn.", "zh-CN": "申请已撤回。"},
    "lapse": {"en": "The case lapsed, because nothing came in time.", "zh-CN": "因逾期未答复，案件已失效。"},
    "start_review": {"en": "The lender began to review the application.", "zh-CN": "贷款机构开始审核申请。"},
    "request_information": {
        "en": "The lender asked for more information: {missing}.",
        "zh-CN": "贷款机构要求补充材料：{missing}。",
    },
    "request_information.unnamed": {"en": "The lender asked for more information.", "zh-CN": "贷款机构要求补充信息。"},
    "information_asked_for": {
        "en": "The lender asked for more: {missing}.",
        "zh-CN": "贷款机构另要求补充：{missing}。",
    },
    "provide_information": {"en": "Everything that was asked for was there.", "zh-CN": "要求的材料已齐全。"},
    "reviewed": {
        "en": "The application was checked against the lender's rules.",
        "zh-CN": "已按贷款机构的规则审核申请。",
    },
    "decided.approve": {"en": "The application was approved.", "zh-CN": "申请已获批准。"},
    "decided.pending": {
        "en": "A decision was prepared; a second person at the lender checks it.",
        "zh-CN": "已拟定决定，正由贷款机构的另一人复核。",
    },
    "decision_confirmed": {
        "en": "A second person at the lender confirmed the decision.",
        "zh-CN": "贷款机构的另一人已确认该决定。",
    },
    "confirmation_refused": {
        "en": "A second person at the lender did not confirm the decision; it is looked at again.",
        "zh-CN": "贷款机构的另一人未确认该决定，将重新处理。",
    },
    "make_offers": {"en": "The lender made offers.", "zh-CN": "贷款机构提出了方案。"},
    "menu_empty": {
        "en": "No plan was found that fits; a person at the lender looks further.",
        "zh-CN": "暂未找到合适的方案，将由贷款机构的工作人员继续处理。",
    },
    "offers_bound": {
        "en": "The lender confirmed the figures: the offers are binding now.",
        "zh-CN": "贷款机构已确认数字，方案现已具有约束力。",
    },
    "offers_closed": {
        "en": "The lender's figures differ from those declared: the offers made before no longer stand.",
        "zh-CN": "贷款机构的数字与申报不同，先前的方案不再有效。",
    },
    "offer_withdrawn": {"en": "The lender withdrew an offer.", "zh-CN": "贷款机构撤回了一个方案。"},
    "offer_declined": {"en": "An offer was declined.", "zh-CN": "一个方案被谢绝。"},
    "offer_expired": {"en": "An offer expired.", "zh-CN": "一个方案已过期。"},
    "reject": {"en": "The application was rejected.", "zh-CN": "申请被拒绝。"},
    "amend": {"en": "The application was changed and submitted again.", "zh-CN": "申请已修改并重新提交。"},
    "application_changed": {"en": "The application was changed.", "zh-CN": "申请内容已更改。"},
    "loans_vouched": {"en": "The lender confirmed what the loans stand at.", "zh-CN": "贷款机构确认了贷款的当前数字。"},
    "policy_moved": {
        "en": "The case was moved to the lender's current rules.",
        "zh-CN": "案件改按贷款机构现行规则处理。",
    },
    "accept": {"en": "An offer was accepted.", "zh-CN": "一个方案已被接受。"},
    "counter": {"en": "The borrower proposed another plan.", "zh-CN": "借款人提出了自己的方案。"},
    "decline": {"en": "The last open offer was declined.", "zh-CN": "最后一个有效方案被谢绝。"},
    "refuse_counter": {
        "en": "The lender did not accept the plan that was proposed.",
        "zh-CN": "贷款机构未接受所提方案。",
    },
    "reopen": {"en": "The case was taken up again.", "zh-CN": "案件重新启动。"},
    "close": {"en": "The case was closed.", "zh-CN": "案件已结案。"},
    "request_human_review": {
        "en": "The borrower asked for a person to look at the decision.",
        "zh-CN": "借款人要求人工复核。",
    },

    "evidence_received": {"en": "A document was handed in: {kind}.", "zh-CN": "收到材料：{kind}。"},
    "evidence_reused": {
        "en": "A document of an earlier case was used again: {kind}.",
        "zh-CN": "沿用了先前案件的材料：{kind}。",
    },
    "evidence_verified": {"en": "A document was verified: {kind}.", "zh-CN": "材料已核实：{kind}。"},
    "evidence_refused": {
        "en": "A document was refused and is needed again: {kind}.",
        "zh-CN": "材料未被接受，需要重新提交：{kind}。",
    },
    "evidence_waived": {"en": "A document is no longer needed: {kind}.", "zh-CN": "已免交材料：{kind}。"},

    "hold_set": {"en": "A pause began: {scopes}.", "zh-CN": "已暂停：{scopes}。"},
    "hold_changed": {"en": "A pause ends on another day: {scopes}.", "zh-CN": "暂停的截止日已更改：{scopes}。"},
    "hold_ended": {"en": "A pause ended: {scopes}.", "zh-CN": "已结束暂停：{scopes}。"},
    "hold_not_set": {
        "en": "A pause was asked for, and cannot be given again yet.",
        "zh-CN": "申请了暂停，但目前还不能再次给予。",
    },

    "appeal": {"en": "The borrower appealed against the decision.", "zh-CN": "借款人对决定提出申诉。"},
    "dismiss": {"en": "The appeal was dismissed: the decision stands.", "zh-CN": "申诉被驳回，维持原决定。"},
    "allow": {"en": "The appeal was allowed: the case is decided afresh.", "zh-CN": "申诉成立，案件重新决定。"},
    "withdraw_appeal": {"en": "The appeal was withdrawn.", "zh-CN": "申诉已撤回。"},
    "refer": {"en": "The matter was referred to {referral}.", "zh-CN": "此事已转交{referral}。"},
    "refer.unnamed": {"en": "The matter was referred to somebody outside.", "zh-CN": "此事已转交外部机构。"},
    "referral_ended": {"en": "The referral came to its end.", "zh-CN": "转交程序已结束。"},
    "appeal_settled": {"en": "The appeal needs no answer any more.", "zh-CN": "申诉无需再答复。"},
    "resume": {"en": "The lender took the case back into review.", "zh-CN": "贷款机构已将案件收回审核。"},

    "agreement_made": {"en": "The agreement was drawn up.", "zh-CN": "协议已拟定。"},
    "agreement_signed": {"en": "The agreement was signed by a party.", "zh-CN": "一方已签署协议。"},
    "agreement_active": {"en": "The agreement is in force.", "zh-CN": "协议已生效。"},
    "agreement_converted": {
        "en": "The trial was passed: the final terms are in force.",
        "zh-CN": "试行期已通过，正式条款生效。",
    },
    "conversion_not_possible": {
        "en": "The final terms could not be worked out; a person at the lender looks at them.",
        "zh-CN": "正式条款无法计算，将由贷款机构的工作人员处理。",
    },
    "agreement_replaced": {"en": "A new agreement took the place of this one.", "zh-CN": "新协议取代了本协议。"},
    "schedule_changed": {"en": "The payment plan was changed.", "zh-CN": "还款计划已调整。"},
    "payment_received": {"en": "A payment of {amount} was received.", "zh-CN": "收到还款{amount}。"},
    "payment_received.unnamed": {"en": "A payment was received.", "zh-CN": "收到一笔还款。"},
    "payment_reversed": {
        "en": "A payment was returned by the bank and does not count.",
        "zh-CN": "一笔还款被银行退回，不予计入。",
    },
    "payment_missed": {"en": "A payment was not received in time.", "zh-CN": "一期还款未按时收到。"},
    "payment_caught_up": {"en": "What was overdue has been paid.", "zh-CN": "逾期款项已补交。"},
    "reminder": {"en": "A reminder was sent.", "zh-CN": "已发出催还提醒。"},
    "remedy_notice": {"en": "A notice gave time to pay what is overdue.", "zh-CN": "已发出补救通知，给予补交期限。"},
    "breach": {"en": "The agreement was not kept and counts as breached.", "zh-CN": "协议未被履行，视为违约。"},
    "reinstate": {"en": "The agreement runs again.", "zh-CN": "协议已恢复。"},
    "fulfil": {"en": "Everything that was agreed has been paid.", "zh-CN": "协议约定的款项已全部付清。"},
    "cancel": {"en": "The agreement was cancelled.", "zh-CN": "协议已取消。"},
    "relief_review_due": {
        "en": "The relief ends soon: the lender asks how things stand.",
        "zh-CN": "减免即将到期，贷款机构将了解目前情况。",
    },
    "review_answered": {
        "en": "The borrower said how things stand before the relief ends.",
        "zh-CN": "借款人已说明减免到期前的情况。",
    },

    "notice_sent": {"en": "A letter was sent: {notice}.", "zh-CN": "已发出信函：{notice}。"},
    "notice_sent.unnamed": {"en": "A letter was sent.", "zh-CN": "已发出一封信函。"},
    "notice_held_back": {
        "en": "A letter was not sent, because contact is paused.",
        "zh-CN": "因联系已暂停，未发出信函。",
    },
    "message_sent": {"en": "A message was written.", "zh-CN": "发送了一条消息。"},
}
# fmt: on
"""By the type of the event; what follows a point tells variants apart, `unnamed` where particulars are wanting."""

NOT_TOLD: Final[Mapping[str, str]] = {
    "assigned": "Who looks after a case is the lender's affair.",
    "flags_set": "What the lender notes for itself is not told.",
    "clock_expired": "What a deadline's end does is told by the deed that follows.",
    "escalated": "Who at the lender looks at it is the lender's affair.",
    "payment_due": "The plan says when payments fall due.",
    "evidence_complete": "The deed that follows from it is told.",
}
"""Events that a story leaves out, and why."""

# fmt: off
EVIDENCE: Final[Mapping[str, Told]] = {
    "income_proof": {"en": "proof of income", "zh-CN": "收入证明"},
    "hardship_proof": {"en": "proof of the hardship", "zh-CN": "困难证明"},
    "bank_statements": {"en": "bank statements", "zh-CN": "银行流水"},
    "business_licence": {"en": "business licence", "zh-CN": "营业执照"},
    "financial_statement": {"en": "financial statement", "zh-CN": "财务报表"},
    "payslips": {"en": "payslips", "zh-CN": "工资单"},
    "tax_return": {"en": "tax return", "zh-CN": "纳税申报表"},
    "medical_certificate": {"en": "medical certificate", "zh-CN": "医疗证明"},
    "disability_certificate": {"en": "disability certificate", "zh-CN": "残疾证明"},
    "mandate": {"en": "mandate", "zh-CN": "授权书"},
    "rental_contract": {"en": "rental contract", "zh-CN": "租赁合同"},
}
SCOPES: Final[Mapping[str, Told]] = {
    "contact": {"en": "contact", "zh-CN": "联系"},
    "collection": {"en": "collection", "zh-CN": "催收"},
    "enforcement": {"en": "enforcement", "zh-CN": "强制执行"},
    "interest": {"en": "interest", "zh-CN": "计息"},
    "fees": {"en": "fees", "zh-CN": "收费"},
    "reporting": {"en": "credit reporting", "zh-CN": "征信报送"},
}
REFERRALS: Final[Mapping[str, Told]] = {
    "mediation": {"en": "mediation", "zh-CN": "调解"},
    "legal_aid": {"en": "legal aid", "zh-CN": "法律援助"},
    "debt_advice": {"en": "debt advice", "zh-CN": "债务咨询"},
    "ombudsman": {"en": "an ombudsman", "zh-CN": "申诉专员"},
    "court": {"en": "a court", "zh-CN": "法院"},
}
NOTICES: Final[Mapping[str, Told]] = {
    "acknowledgement": {"en": "acknowledgement", "zh-CN": "受理通知"},
    "information_request": {"en": "request for information", "zh-CN": "补充材料通知"},
    "offer": {"en": "offer", "zh-CN": "方案通知"},
    "rejection": {"en": "rejection with reasons", "zh-CN": "拒绝通知及理由"},
    "appeal_result": {"en": "answer to the appeal", "zh-CN": "申诉结果通知"},
    "agreement": {"en": "agreement", "zh-CN": "协议"},
    "reminder": {"en": "reminder", "zh-CN": "还款提醒"},
    "remedy_notice": {"en": "remedy notice", "zh-CN": "补救通知"},
    "breach": {"en": "notice of breach", "zh-CN": "违约通知"},
    "discharge": {"en": "discharge", "zh-CN": "结清证明"},
}
# fmt: on

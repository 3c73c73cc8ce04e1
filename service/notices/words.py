"""The words that letters share, per locale: titles, headings, and labels of what is known by a code."""

from typing import Final

TITLES: Final[dict[str, dict[str, str]]] = {
    "en": {
        "acknowledgement": "We have your application",
        "information_request": "We need a few more documents",
        "offer": "Our offer to you",
        "rejection": "Our decision on your application",
        "appeal_result": "The result of your appeal",
        "agreement": "Repayment agreement",
        "reminder": "A payment has not arrived",
        "remedy_notice": "Notice: please catch up on your payments",
        "breach": "Your repayment agreement has been broken",
        "discharge": "Your debt is settled",
    },
    "zh-CN": {
        "acknowledgement": "受理通知书",
        "information_request": "补充材料通知书",
        "offer": "还款方案要约书",
        "rejection": "审核决定通知书",
        "appeal_result": "申诉结果通知书",
        "agreement": "还款协议书",
        "reminder": "还款提醒",
        "remedy_notice": "限期补付通知书",
        "breach": "违约通知书",
        "discharge": "结清证明",
    },
}
WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "to": "To", "copy": "Copy for", "reference": "Case", "date": "Date", "loans": "Loans", "comma": ", ",
        "dear": "Dear {},", "dear_nobody": "Dear customer,", "closing": "Yours sincerely",
        "must_know": "What you should also know", "contact": "How to reach us, or to complain", "document": "Document",
        "why": "Why we need it", "loan": "Loan", "due_on": "Due on", "payment": "Payment", "principal": "Principal",
        "interest": "Interest", "arrears": "Arrears", "fees": "Fees", "left": "Still owed", "number": "No.",
        "total": "Total", "missing": "Missing", "paid": "Paid", "first": "First payment", "last": "Last payment",
        "count": "Number of payments", "level": "Usual payment", "highest": "Highest payment",
        "total_payable": "You pay in all", "new_interest": "Of which new interest", "waived": "Waived",
        "waived_conditional": "Waived once the plan is kept", "upfront": "Paid at signature",
        "deferred": "Separate final amount", "effective_on": "Takes effect on", "expires_at": "Stands until",
        "step": "Step", "before": "Owed", "accrued": "Arisen since", "received": "Received",
        "moved_in": "Added from other parts", "scheduled": "In the instalments", "moved_out": "Moved to other parts",
        "party": "Party", "name": "Name", "signed": "Signed",
        "not_signed": "not yet signed", "offer": "Offer {}", "programme": "Programme", "penalty": "Penalty interest",
        "signed_as": "Signed electronically as “{}” on {}",
    },
    "zh-CN": {
        "to": "致", "copy": "抄送", "reference": "案件编号", "date": "日期", "loans": "贷款", "comma": "、",
        "dear": "尊敬的{}：", "dear_nobody": "尊敬的客户：", "closing": "此致",
        "must_know": "您还须知悉", "contact": "联系与投诉渠道", "document": "材料",
        "why": "用途", "loan": "贷款", "due_on": "到期日", "payment": "还款额", "principal": "本金",
        "interest": "利息", "arrears": "逾期款", "fees": "费用", "left": "剩余欠款", "number": "期数",
        "total": "合计", "missing": "尚欠", "paid": "已付", "first": "首期还款", "last": "末期还款",
        "count": "还款期数", "level": "每期还款额", "highest": "最高一期",
        "total_payable": "您总共支付", "new_interest": "其中新增利息", "waived": "免除金额",
        "waived_conditional": "履行完毕后免除", "upfront": "签署时支付",
        "deferred": "另行到期的最终款项", "effective_on": "生效日", "expires_at": "有效期至",
        "step": "项目", "before": "原欠款", "accrued": "其间新增", "received": "已收", "moved_in": "由其他项目转入",
        "scheduled": "分期偿还", "moved_out": "转至其他项目", "party": "当事人", "name": "姓名", "signed": "签署",
        "not_signed": "尚未签署", "offer": "方案{}", "programme": "纾困方案", "penalty": "罚息",
        "signed_as": "以“{}”名义于{}电子签署",
    },
}  # fmt: skip
LABELS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "borrower": "borrower", "representative": "representative", "co_borrower": "co-borrower",
        "guarantor": "guarantor", "collateral_owner": "owner of the collateral", "lender": "lender",
        "recommended": "recommended", "lowest_payment": "lowest payment", "lowest_cost": "lowest cost",
        "soonest": "ends soonest",
    },
    "zh-CN": {
        "borrower": "借款人", "representative": "代理人", "co_borrower": "共同借款人",
        "guarantor": "担保人", "collateral_owner": "抵押物所有人", "lender": "贷款人",
        "recommended": "推荐", "lowest_payment": "月供最低", "lowest_cost": "总成本最低", "soonest": "最早结清",
    },
}  # fmt: skip
KINDS_OF_EVIDENCE: Final[dict[str, dict[str, str]]] = {
    "en": {
        "bank_statements": "Bank statements", "business_licence": "Business licence",
        "financial_statement": "Statement of income and expenses", "hardship_proof": "Proof of the hardship",
        "income_proof": "Proof of income", "mandate": "Mandate of the representative",
        "rental_contract": "Rental contract",
    },
    "zh-CN": {
        "bank_statements": "银行流水", "business_licence": "营业执照", "financial_statement": "收支情况说明",
        "hardship_proof": "困难证明", "income_proof": "收入证明", "mandate": "授权委托书",
        "rental_contract": "租赁合同",
    },
}  # fmt: skip

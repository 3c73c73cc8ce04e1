"""What a story says of where a case stands, and of whose turn it is, in the languages of people."""

from collections.abc import Mapping
from typing import Final, Literal

from service.domain.lifecycle import CaseState
from service.domain.locales import Told

Party = Literal["borrower", "lender", "third_party", "nobody"]
"""Whose turn it is."""

_S = CaseState

TURN_OF: Final[Mapping[CaseState, Party]] = {
    _S.DRAFT: "borrower",
    _S.SUBMITTED: "lender",
    _S.INFORMATION_REQUESTED: "borrower",
    _S.IN_REVIEW: "lender",
    _S.OFFERED: "borrower",
    _S.COUNTERED: "lender",
    _S.AGREED: "borrower",
    _S.BREACHED: "borrower",
    _S.DECLINED: "borrower",
    _S.LAPSED: "borrower",
    _S.REJECTED: "borrower",
    _S.APPEALED: "lender",
    _S.REFERRED: "third_party",
    _S.FULFILLED: "nobody",
    _S.WITHDRAWN: "nobody",
    _S.CLOSED: "nobody",
}

# fmt: off
STANDING: Final[Mapping[CaseState, Told]] = {
    _S.DRAFT: {"en": "The application is a draft and has not been submitted.", "zh-CN": "申请仍是草稿，尚未提交。"},
    _S.SUBMITTED: {"en": "The application is with the lender.", "zh-CN": "申请已送达贷款机构。"},
    _S.INFORMATION_REQUESTED: {
        "en": "The lender waits for information before it can decide.",
        "zh-CN": "贷款机构在等待补充材料后再作决定。",
    },
    _S.IN_REVIEW: {"en": "The lender is reviewing the application.", "zh-CN": "贷款机构正在审核申请。"},
    _S.OFFERED: {"en": "Offers that can be answered: {offers}.", "zh-CN": "目前可答复的方案：{offers}个。"},
    _S.COUNTERED: {"en": "The lender is looking at the plan that was proposed.", "zh-CN": "贷款机构正在考虑所提方案。"},
    _S.AGREED: {"en": "There is an agreement, and payments are made under it.", "zh-CN": "已达成协议，按协议还款。"},
    _S.BREACHED: {
        "en": "The agreement was not kept. Talk to the lender about how to go on.",
        "zh-CN": "协议未被履行，请与贷款机构商谈后续办法。",
    },
    _S.DECLINED: {
        "en": "The offers were declined. The case can still be taken up again.",
        "zh-CN": "方案已被谢绝，案件仍可重新启动。",
    },
    _S.LAPSED: {"en": "Time ran out. The case can still be taken up again.", "zh-CN": "期限已过，案件仍可重新启动。"},
    _S.REJECTED: {"en": "The application was rejected.", "zh-CN": "申请被拒绝。"},
    _S.APPEALED: {
        "en": "Somebody at the lender who took no part in the decision looks at the appeal.",
        "zh-CN": "由未参与原决定的工作人员处理申诉。",
    },
    _S.REFERRED: {"en": "Somebody outside the lender helps to find a way.", "zh-CN": "外部机构正在协助解决。"},
    _S.FULFILLED: {"en": "Everything that was agreed has been paid.", "zh-CN": "协议已履行完毕。"},
    _S.WITHDRAWN: {
        "en": "The application was withdrawn. Nothing more is asked of anybody.",
        "zh-CN": "申请已撤回，无需再做任何事。",
    },
    _S.CLOSED: {"en": "The case is closed.", "zh-CN": "案件已结案。"},
}
AWAITING_SIGNATURES: Final[Told] = {
    "en": "An offer was accepted; signatures are still missing.",
    "zh-CN": "方案已被接受，尚缺签名。",
}
ON_TRIAL: Final[Told] = {
    "en": "The agreement is on trial: the payments of the trial decide.",
    "zh-CN": "协议处于试行期，以试行期还款情况为准。",
}
PENDING: Final[Told] = {
    "en": "A second person at the lender checks a decision.",
    "zh-CN": "贷款机构的另一人正在复核一项决定。",
}
BECAUSE: Final[Told] = {"en": "The reasons: {reasons}", "zh-CN": "理由：{reasons}"}

TURNS: Final[Mapping[tuple[Party, bool], Told]] = {
    ("borrower", True): {"en": "It is your turn.", "zh-CN": "现在轮到您。"},
    ("borrower", False): {"en": "It is the borrower's turn.", "zh-CN": "现在轮到借款人。"},
    ("lender", True): {"en": "It is your turn.", "zh-CN": "现在轮到您。"},
    ("lender", False): {"en": "It is the lender's turn.", "zh-CN": "现在轮到贷款机构。"},
    ("third_party", False): {"en": "It is in the hands of somebody outside.", "zh-CN": "现在由外部机构处理。"},
    ("nobody", False): {"en": "It is nobody's turn.", "zh-CN": "目前无需任何一方行动。"},
}
"""By whose turn it is, and whether the reader is on that side."""

UNTIL: Final[Told] = {"en": "There is time until {day}.", "zh-CN": "期限至{day}。"}
MISSING: Final[Told] = {"en": "Still missing: {kind}. {why}", "zh-CN": "还缺：{kind}。{why}"}
MISSING_OF_LOAN: Final[Told] = {
    "en": "Still missing for loan {loan}: {kind}. {why}",
    "zh-CN": "贷款{loan}还缺：{kind}。{why}",
}
HEADINGS: Final[Mapping[str, Told]] = {
    "happened": {"en": "What happened", "zh-CN": "经过"},
    "now": {"en": "Where it stands", "zh-CN": "现状"},
    "missing": {"en": "What is missing", "zh-CN": "缺少的材料"},
    "next": {"en": "What you can do next", "zh-CN": "接下来可以做什么"},
}
# fmt: on

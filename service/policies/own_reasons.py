"""Reasons that the service itself gives, whatever the policy."""

from typing import Any, Final

from service.domain.policy import Reason, Severity

OWN_REASONS: Final[dict[str, dict[str, str]]] = {
    "EVIDENCE_MISSING": {"en": "Documents are still missing.", "zh-CN": "尚缺所需材料。"},
    "EVIDENCE_UNVERIFIED": {"en": "A document has still to be verified.", "zh-CN": "有材料尚待核实。"},
    "FACT_UNKNOWN": {"en": "A fact that decides the case is not known.", "zh-CN": "尚缺决定性信息。"},
    "NO_PROGRAMME": {"en": "No programme is open to this application.", "zh-CN": "没有适用的方案。"},
    "NO_PLAN_FITS": {
        "en": "No plan within the limits can be paid on every date.",
        "zh-CN": "没有能够按期负担的方案。",
    },
    "CURRENCY_NOT_COVERED": {"en": "The policy has no figures for this currency.", "zh-CN": "政策未涵盖该币种。"},
    "NOT_IN_FORCE": {
        "en": "The policy is not in force on this day; a person decides.",
        "zh-CN": "政策在该日期不生效，由人工处理。",
    },
    "OUT_OF_SCOPE": {
        "en": "No policy covers these loans; a person decides.",
        "zh-CN": "没有政策涵盖这些贷款，由人工处理。",
    },
    "POLICY_FAULT": {
        "en": "The policy could not answer; a person decides.",
        "zh-CN": "政策无法给出结论，由人工处理。",
    },
}


def own_reason(code: str, *, source: str, **particulars: Any) -> Reason:
    """Return a reason of the service itself; its source is the policy that it is given beside."""
    severity = Severity.FATAL if code == "NO_PROGRAMME" else Severity.WARNING
    return Reason(code=code, severity=severity, text=OWN_REASONS[code], source=source, **particulars)

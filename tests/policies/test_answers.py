"""Whatever a policy elsewhere says becomes a verdict that can be kept, and an approval only where it approves."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.domain.consulting import Answer
from service.domain.policy import Eligibility, Outcome, Verdict
from service.policies.found import shipped_packs
from service.policies.own_reasons import OWN_REASONS
from service.policies.remote import RemotePolicy, remote_of
from service.policies.sidecar import Parts
from service.storage.documents import dump, load
from tests.policies.opa import SIDECAR
from tests.policies.samples import ON, facts

POLICY: RemotePolicy = remote_of(
    Parts(sidecar=SIDECAR.format(url="http://127.0.0.1:1", more=""), pack=shipped_packs()["standard"].text).text, "x"
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
codes = st.sampled_from(["SCORE_TOO_LOW", "FACT_UNKNOWN", "NOBODY_KNOWS", "POLICY_FAULT", ""])
loans = st.none() | st.sampled_from(["L-001", "L-9"])
named = st.none() | st.sampled_from(["exposure", "income", "shoe_size"])
reasons = st.fixed_dictionaries({"code": codes}, optional={"fact": named, "loan_id": loans})
programmes = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["term_extension", "holiday", "gift"]),
        "eligibility": st.sampled_from(["eligible", "conditional", "ineligible", "perhaps"]),
    },
    optional={"loan_id": loans, "reasons": st.lists(codes, max_size=2), "missing": st.lists(named, max_size=2)},
)
answers = st.fixed_dictionaries(
    {"outcome": st.sampled_from([*(o.value for o in Outcome), "yes"])},
    optional={
        "reasons": st.lists(reasons, max_size=3) | anything,
        "programmes": st.lists(programmes, max_size=3) | anything,
    },
)


@given(
    result=st.dictionaries(st.text(max_size=5), anything, max_size=3) | answers,
    missing=st.integers(0, 1),
    unverified=st.integers(0, 1),
)
def test_any_answer_is_a_verdict_that_can_be_kept_and_no_more_than_it_said(
    result: dict[str, Any], missing: int, unverified: int
) -> None:
    about = facts(evidence_missing=missing, evidence_unverified=unverified)
    verdict = POLICY.heard(Answer(result=result), about, on=ON)

    assert load(Verdict, json.loads(json.dumps(dump(verdict)))) == verdict
    assert all(reason.text and reason.source for reason in verdict.reasons)
    assert {reason.code for reason in verdict.reasons} <= {"SCORE_TOO_LOW", *OWN_REASONS}
    if verdict.outcome is Outcome.APPROVE:
        assert result["outcome"] == "approve"
        assert not missing
        assert not unverified
        assert any(p.eligibility is Eligibility.ELIGIBLE for p in verdict.programmes)
    if verdict.outcome is Outcome.REJECT:
        assert result["outcome"] == "reject"
        assert verdict.reasons
    if any(line.fault for line in verdict.trace):
        assert (verdict.outcome, verdict.programmes) == (Outcome.MANUAL, ())

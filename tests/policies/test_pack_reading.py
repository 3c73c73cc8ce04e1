"""A pack is read completely or not at all: every problem is told at once, with file, key and a sentence."""

from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from service.domain.money import Component
from service.domain.policy import Severity
from service.domain.settings import AgreementSettings, Grid, Limits, MenuSettings, Negotiation, PolicySettings, Rounding
from service.domain.steps import Gate, Target
from service.policies.pack import PackBroken, load_pack, pack_of
from service.policies.pack_problems import SENTENCES, problems_of
from service.policies.pack_reading import read_pack
from tests.policies.samples import HEAD, PROGRAMME, WORDS, needs, rule, small

HERE = Path(__file__).parent


def problems(text: str) -> list[str]:
    """Return what is wrong with the text of a pack."""
    with pytest.raises(PackBroken) as refused:
        pack_of(text, name="p.toml")
    return list(refused.value.problems)


def test_every_problem_of_a_broken_pack_is_told_at_once_with_file_key_and_sentence() -> None:
    with pytest.raises(PackBroken) as refused:
        load_pack(HERE / "broken.toml")

    assert list(refused.value.problems) == (HERE / "broken.txt").read_text(encoding="utf-8").splitlines()
    assert str(refused.value).splitlines() == list(refused.value.problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    (
        ("[policy", "p.toml: is not TOML: "),
        ("a = 1\na = 2", "p.toml: is not TOML: "),
        ("", "p.toml: policy: is required"),
        ("policy = 3", "p.toml: policy: is a table"),
        (f"rules = 3\n{HEAD}", "p.toml: rules: is a list"),
        (f"rules = [3]\n{HEAD}", "p.toml: rules[0]: is a table"),
        (f"amounts = 3\n{HEAD}", "p.toml: amounts: is a table"),
        (f"amounts = {{ CNY = 3 }}\n{HEAD}", "p.toml: amounts.CNY: is a table"),
        (f"amounts = {{ CNY = {{ a = 'x' }} }}\n{HEAD}", "p.toml: amounts.CNY.a: is a whole number"),
        *((f"{HEAD}time_zone = '{zone}'", "p.toml: policy.time_zone: is not a time zone")
          for zone in ("", "Mars", "America", "../../etc/passwd", "/etc/passwd")),
        (f"source = {{ legal_cap = 0.5 }}\n{HEAD}", "p.toml: source.legal_cap: is text in quotes"),
        (f"{HEAD}valid_from = 3", "p.toml: policy.valid_from: is a day, as 2026-01-31"),
        (f"{HEAD}valid_from = 2026-01-01T10:00:00", "p.toml: policy.valid_from: is a day, as 2026-01-31"),
        (f"{HEAD}valid_from = 'soon'", "p.toml: policy.valid_from: is a day, as 2026-01-31"),
        (f"legal_cap = nan\n{HEAD}", "p.toml: legal_cap: is a number, or a number in quotes"),
        (f"legal_cap = true\n{HEAD}", "p.toml: legal_cap: is a number, or a number in quotes"),
        (f"legal_cap = -0.1\n{HEAD}", "p.toml: legal_cap: is at least 0"),
        (f"legal_cap = 11\n{HEAD}", "p.toml: legal_cap: is at most 10"),
        (f"rounding = {{ multiple = '5' }}\n{HEAD}", "p.toml: rounding.multiple: is a whole number"),
        (f"rounding = {{ multiple = true }}\n{HEAD}", "p.toml: rounding.multiple: is a whole number"),
        (f"rounding = {{ multiple = 10001 }}\n{HEAD}", "p.toml: rounding.multiple: is at most 10000"),
        (f"menu.source.offer = 'x'\n{HEAD}", "p.toml: menu.source.offer: is one of 'offers', "),
        (f"{HEAD}{PROGRAMME}\nlimits = {{ settlement_min = '0.5' }}\n"
         + PROGRAMME.replace("longer", "settled").replace(
             'kind = "term", instalments = { from = 6, to = 60, step = 6 }',
             'kind = "settlement", fraction = ["0.2", "0.4"], instalments = 6')
         + "\nlimits = { settlement_min = '0.5', settlement_payments_max = 3 }",
         "p.toml: programmes[1].limits.settlement_payments_max: is 3, and the instruments ask for 6 at least"),
        (f"{HEAD}{PROGRAMME}".replace("6 } }]", '6 } }, { kind = "renew", instalments = 12, annual_rate = "0.1" }]'),
         "p.toml: programmes[0].instruments: term contradicts renew"),
        (f"{HEAD}{PROGRAMME}".replace("step = 6", "step = 0"),
         "p.toml: programmes[0].instruments[0].instalments: runs from one whole number to a larger one, "),
        (f"{HEAD}{PROGRAMME}".replace("to = 60", "to = 6000"),
         "p.toml: programmes[0].instruments[0].instalments: runs from one whole number to a larger one, "),
        (f"{HEAD}{PROGRAMME}".replace("from = 6", "from = 0"),
         "p.toml: programmes[0].instruments[0].instalments: "),
        (HEAD + rule("A", "true") + "each = 'loan'\nwhen = 'false'", "p.toml: is not TOML: "),
    ),
)  # fmt: skip
def test_a_problem_has_its_sentence(text: str, problem: str) -> None:
    told = problems(text)

    assert any(line.startswith(problem) for line in told), told


def test_a_settlement_below_its_own_floor_and_a_rate_below_its_own_least_contradict_the_limits() -> None:
    instruments = 'instruments = [{ kind = "%s", %s }]\nlimits = { %s }\n'
    head = '\n[[programmes]]\ncode = "%s"\ntitle = { en = "T", "zh-CN" = "x" }\n'
    settled = instruments % ("settlement", 'fraction = ["0.2", "0.4"], instalments = 6', 'settlement_min = "0.5"')
    cheaper = instruments % ("rate", 'annual_rate = ["0.01", "0.02"]', 'rate_min = "0.03"')

    assert problems(HEAD + head % "a" + settled + head % "b" + cheaper) == [
        "p.toml: programmes[0].limits.settlement_min: is 0.5, and the instruments ask for 0.4 at most",
        "p.toml: programmes[1].limits.rate_min: is 0.03, and the instruments ask for 0.02 at most",
    ]


WATERFALL = """
[[waterfall]]
programme = "longer"
targets = [{ measure = "payment_cut", value = "0.2" }]
steps = [{ step = "term", cap = 480, gate = { figure = "loan_to_value", comparison = ">", bound = 0.5 } }]
source = "a test"
"""


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    (
        ("longer", "nobody", ".programme: there is no programme nobody"),
        ('"0.2"', '"1.2"', ".targets[0].value: A payment_cut lies between 0 and 1"),
        ("cap = 480, ", "", ".steps[0].cap: A step on term needs a cap"),
        ("cap = 480", "floor = 0.1, cap = 480", ".steps[0].floor: A step on term takes no floor"),
        (
            '"loan_to_value"',
            '"wealth"',
            ".steps[0].gate.figure: there is no figure wealth, neither of the waterfall nor a fact",
        ),
        (
            '"loan_to_value"',
            '"product"',
            ".steps[0].gate.figure: there is no figure product, neither of the waterfall nor a fact",
        ),
        (
            '"term"',
            '"wish"',
            ".steps[0].step: is one of 'waive', 'capitalise', 'rate', 'term', 'forbear' or 'waive_principal'",
        ),
    ),
)
def test_a_waterfall_that_makes_no_sense_is_refused(right: str, wrong: str, problem: str) -> None:
    assert pack_of(HEAD + PROGRAMME + WATERFALL, name="p").settings.waterfalls[0].programme == "longer"
    assert problems(HEAD + PROGRAMME + WATERFALL.replace(right, wrong)) == [f"p.toml: waterfall[0]{problem}"]


def test_a_file_that_is_not_text_is_refused_like_any_other(tmp_path: Path) -> None:
    folder, latin = tmp_path / "folder.toml", tmp_path / "latin.toml"
    folder.mkdir()
    latin.write_bytes(b"\xff\xfe")

    for path in (folder, latin, tmp_path / "missing.toml"):
        with pytest.raises(PackBroken) as refused:
            load_pack(path)
        assert refused.value.problems == (f"{path.name}: cannot be read as UTF-8 text",)


def test_what_a_pack_leaves_out_keeps_its_default() -> None:
    settings = small().settings

    assert settings == PolicySettings(
        title={"en": "Small", "zh-CN": "小"}, source="a test", reason_texts=settings.reason_texts
    )


def test_a_pack_without_a_source_of_its_own_is_the_source() -> None:
    text = HEAD.replace('source = "a test"\n', "") + '[[evidence]]\nwhen = "true"\nkinds = ["proof"]\n'
    settings = pack_of(text + 'why = { en = "W", "zh-CN" = "x" }\n' + PROGRAMME, name="p").settings

    assert settings.source == "small@1"
    assert settings.evidence[0].source == settings.programmes[0].source == "small@1"
    assert settings.programmes[0].description == settings.programmes[0].title


EVERY_KEY = (
    HEAD.replace("[policy]", 'legal_cap = "0.24"\nunnamed_overdue = "first"\n'
    'allocation = ["fees", "interest", "principal", "penalty"]\nsource = { legal_cap = "court practice" }\n[policy]')
    + 'valid_from = 2026-01-01\nvalid_to = 2030-12-31\ncountry = "CN"\ntime_zone = "Asia/Shanghai"\n'
    'scope = { products = ["auto"], currencies = ["CNY"], borrower_kinds = ["person"] }\n'
    '[amounts.CNY]\nlittle = 5000\n[household_floor.CNY]\nfirst = 3\nadult = 2\ndependant = 1\n'
    '[[evidence]]\nwhen = "overdue > amount.little"\nkinds = ["proof"]\neach = "loan"\nfresh_days = 90\n'
    'needs = "verified"\nwhy = { en = "W", "zh-CN" = "为", fr = "P" }\nsource = "guide"\n'
    + rule("R", "overdue > amount.little", 'outcome = "reject"', 'each = "loan"')
    + rule("M", "insolvent", 'outcome = "manual"') + rule("I", "vouched")
    + PROGRAMME.replace("longer", "waived").replace(
        'kind = "term", instalments = { from = 6, to = 60, step = 6 }',
        'kind = "waive", component = "interest", fraction = ["0.5", "1"]')
    + 'limits = { waived_interest_max = "1", instalments_max_of_original = "1.5" }\n'
    + 'description = { en = "D", "zh-CN" = "述" }\n' + needs("N", "surplus > 0", 'severity = "fatal"', 'each = "case"')
    + '\n[[waterfall]]\nprogramme = "waived"\nsource = "guide"\n'
    'targets = [{ measure = "payment_cut", value = "0.2" }]\n'
    'steps = [{ step = "capitalise", components = ["interest"] }, { step = "rate", increment = "0.00125", floor = '
    '"0.02", stop = "<", gate = { figure = "loan_to_value", comparison = ">", bound = "0.5" } }, '
    '{ step = "term", increment = 1, cap = 480 }]\n'
    '[authority.system]\nwaived_max = "0.05"\nexposure_max = { CNY = 7 }\nsource.waived_max = "ours"\n'
    '[authority.committee]\n[menu]\noffers = 2\nsource.offers = "ours"\n[negotiation]\nweights = { payment = 2 }\n'
    '[rounding]\nlevel_payment = "up"\nmultiple = 100\n[agreement]\ntrial_payments = 3\nsignatures = ["borrower"]\n'
    'clauses = [{ code = "C", text = { en = "T", "zh-CN" = "文" }, source = "art. 70" }]\n'
    '[[clocks]]\ncode = "answer"\ntitle = { en = "Answer", "zh-CN" = "答" }\nanchor = "submit"\nlength = 15\n'
    'days = "business"\nmode = "start_on_complete"\naction = "escalate"\ncounting = "beginning_with"\nsource = "s"\n'
    '[holds.quiet]\ntitle = { en = "Quiet", "zh-CN" = "静" }\nscopes = ["contact"]\nanchor = "accept"\n'
    'until = "performing"\nsource = "art. 70"\n'
    '[[notices.rejection]]\ncode = "X"\ntext = { en = "T", "zh-CN" = "文" }\nsource = "s"\n'
)  # fmt: skip


def test_every_key_becomes_the_value_that_it_stands_for() -> None:
    book = read_pack(EVERY_KEY, name="p")
    settings = book.settings

    assert (book.id, settings.country, settings.time_zone) == ("small@1", "CN", "Asia/Shanghai")
    assert (settings.products, settings.currencies, settings.borrower_kinds) == (("auto",), ("CNY",), ("person",))
    assert settings.amounts == {"CNY": {"little": 5000}}
    assert settings.household_floor == {"CNY": {"first": 3, "adult": 2, "dependant": 1}}
    assert settings.allocation == (Component.FEES, Component.INTEREST, Component.PRINCIPAL, Component.PENALTY)
    assert (settings.legal_cap, settings.unnamed_overdue) == (Decimal("0.24"), "first")
    assert settings.sources == {
        "legal_cap": "court practice",
        "authority.system.waived_max": "ours",
        "menu.offers": "ours",
    }
    [evidence] = settings.evidence
    assert (evidence.kinds, evidence.each, evidence.fresh_days, evidence.needs) == (("proof",), "loan", 90, "verified")
    assert evidence.why == {"en": "W", "zh-CN": "为", "fr": "P"}
    assert evidence.expression == "overdue > amount.little"
    assert [(r.code, r.each, r.outcome, r.severity) for r in book.rules] == [
        ("R", "loan", "reject", Severity.FATAL),
        ("M", "case", "manual", Severity.WARNING),
        ("I", "case", "inform", Severity.INFORMATIONAL),
    ]
    [programme] = settings.programmes
    assert programme.instruments[0].parameters == {"component": "interest"}
    assert programme.instruments[0].grids == {"fraction": Grid(values=("0.5", "1"))}
    assert programme.limits == Limits(waived_interest_max=Decimal(1), instalments_max_of_original=Decimal("1.5"))
    assert [(r.code, r.each, r.severity) for r in book.eligible_when["waived"]] == [("N", "case", Severity.FATAL)]
    [waterfall] = settings.waterfalls
    assert waterfall.targets == (Target(measure="payment_cut", value=Decimal("0.2")),)
    assert [step.step for step in waterfall.steps] == ["capitalise", "rate", "term"]
    assert waterfall.steps[0].components == (Component.INTEREST,)
    assert waterfall.steps[1].gate == Gate(figure="loan_to_value", comparison=">", bound=Decimal("0.5"))
    assert [step.stop for step in waterfall.steps] == ["<=", "<", "<="]
    assert (waterfall.steps[2].increment, waterfall.steps[2].cap) == (1, 480)
    assert [(s.level, s.waived_max, s.exposure_max) for s in settings.authority] == [
        ("system", Decimal("0.05"), {"CNY": 7}),
        ("committee", None, {}),
    ]
    assert settings.menu == MenuSettings(offers=2)
    assert settings.negotiation == Negotiation(weights={"payment": Decimal(2)})
    assert settings.rounding == Rounding(level_payment="up", multiple=100)
    assert settings.agreement == AgreementSettings(trial_payments=3, clauses=settings.agreement.clauses)
    assert settings.agreement.clauses[0].text == {"en": "T", "zh-CN": "文"}
    [clock] = settings.clocks
    assert (clock.length, clock.days, clock.mode, clock.action) == (15, "business", "start_on_complete", "escalate")
    assert settings.holds["quiet"].until == "performing"
    assert settings.notices["rejection"][0].code == "X"
    assert settings.reason_texts["R"] == {"en": "Why.", "zh-CN": "原因。"}
    assert "OUT_OF_SCOPE" in settings.reason_texts


def test_decimals_are_exact_however_they_are_written() -> None:
    """As numbers, in quotes, in a list and in a table of their own."""
    text = """
[[programmes]]
code = "forgiven"
title = { en = "F", "zh-CN" = "免" }
instruments = [
  { kind = "waive", penalty = { fraction = 0.1 }, fees = { fraction = "0.1" } },
  { kind = "rate", annual_rate = [0.07, "0.07"], steps = [{ from_instalment = 13, annual_rate = 0.1 }] },
]
"""
    waive, rate = pack_of(HEAD + text, name="p").settings.programmes[0].instruments

    assert waive.parameters == {"penalty": {"fraction": "0.1"}, "fees": {"fraction": "0.1"}}
    assert rate.grids == {"annual_rate": Grid(values=("0.07", "0.07"))}
    assert rate.parameters == {"steps": [{"from_instalment": 13, "annual_rate": "0.1"}]}


def test_one_reason_has_one_text_wherever_it_stands() -> None:
    same = HEAD + rule("A", "vouched") + PROGRAMME + needs("A", "surplus > 0")
    other = same.replace("surplus > 0", "fees > 0").replace(WORDS, WORDS.replace("Why", "Because"), 1)

    assert pack_of(same, name="p").settings.reason_texts["A"] == {"en": "Why.", "zh-CN": "原因。"}
    assert problems(other) == ["p.toml: programmes[0].eligible_when[0].text: A has another text at rules[0]"]


def test_a_problem_nobody_foresaw_still_has_a_place() -> None:
    """Pydantic may learn new kinds of errors; a pack with one of them is refused with its key all the same."""
    error = ValidationError.from_exception_data(
        "pack", [{"type": PydanticCustomError("new_kind", "…"), "loc": ("menu", "offers"), "input": 3}]
    )

    assert list(problems_of(error)) == ["menu.offers: cannot be so"]


def test_every_sentence_is_for_an_error_that_there_is() -> None:
    """A sentence for an error that nothing raises would be dead."""
    lines = (HERE / "broken.txt").read_text(encoding="utf-8")
    others = chain.from_iterable(
        problems(text) for text in ("", f"rules = [3]\nmenu = 3\nlegal_cap = 11\n{HEAD}", HEAD + "valid_from = 3")
    )
    told = lines + "\n".join(others)

    assert [s for s in SENTENCES.values() if s.partition("{")[0] not in told] == []

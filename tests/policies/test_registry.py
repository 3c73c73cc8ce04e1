"""A deployment's policies: shipped, of its own, chosen by name in order, each for what is in its scope."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.policy_versions import PolicyState, PolicyVersionMissing
from service.domain.words import BorrowerKind, Product
from service.policies.found import look
from service.policies.guarded import OutOfScope
from service.policies.registry import PolicyMissing, Registry, covers
from tests.domain.applications import li, li_borrower, li_loan
from tests.policies.samples import HEAD, ON, PROGRAMME, facts, small


def write(folder: Path, name: str, *parts: str) -> None:
    """Put a pack of its own name into a folder."""
    (folder / f"{name}.toml").write_text(HEAD.replace("small", name) + "\n".join(parts), encoding="utf-8")


@pytest.mark.parametrize(
    ("scope", "covered"),
    (
        ("", True),
        ('products = ["business_instalment", "auto"]', True),
        ('products = ["auto"]', False),
        ('currencies = ["CNY"]', True),
        ('currencies = ["USD"]', False),
        ('borrower_kinds = ["sole_trader"]', True),
        ('borrower_kinds = ["person"]', False),
        ('products = ["business_instalment"]\ncurrencies = ["CNY"]\nborrower_kinds = ["person"]', False),
    ),
)
def test_a_policy_covers_what_is_in_every_part_of_its_scope(scope: str, covered: bool) -> None:
    assert covers(small("[policy.scope]", scope).settings, li()) is covered


def test_a_policy_has_to_cover_every_loan_of_a_case() -> None:
    autos = small('[policy.scope]\nproducts = ["auto"]').settings
    car, shop = li_loan(id="L-1", product=Product.AUTO), li_loan(id="L-2")

    assert covers(autos, li(loans=(car,)))
    assert not covers(autos, li(loans=(car, shop)))


def test_what_a_draft_does_not_say_yet_rules_nothing_out() -> None:
    settings = small('[policy.scope]\nproducts = ["auto"]\nborrower_kinds = ["person"]').settings
    draft = li(loans=(li_loan(product=None),), borrower=li_borrower(kind=None))

    assert covers(settings, draft)


def test_the_first_policy_that_covers_the_loans_judges_and_otherwise_a_person(tmp_path: Path) -> None:
    write(tmp_path, "autos", '[policy.scope]\nproducts = ["auto"]')
    write(tmp_path, "people", '[policy.scope]\nborrower_kinds = ["person"]')
    write(tmp_path, "anything")
    application = li()

    def chosen(*names: str) -> str:
        return Registry.load(names, packs_folder=tmp_path).choose(application).id

    assert chosen("autos", "anything", "people") == "anything@1"
    assert chosen("anything", "autos") == "anything@1"
    nobody = Registry.load(["autos", "people"], packs_folder=tmp_path).choose(application)
    assert isinstance(nobody, OutOfScope)
    assert nobody.id == "autos@1"
    assert [r.code for r in nobody.judge(facts(), on=ON).reasons] == ["OUT_OF_SCOPE"]
    one = li(borrower=li_borrower(kind=BorrowerKind.PERSON))
    assert Registry.load(["autos", "people"], packs_folder=tmp_path).choose(one).id == "people@1"


def test_a_pack_of_the_deployment_stands_in_for_a_shipped_one_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, "standard", PROGRAMME)

    assert Registry.load(["standard"]).ordered[0].id == "standard@2026.1"
    assert Registry.load(["standard"], packs_folder=tmp_path).ordered[0].id == "standard@1"


def test_a_name_that_leads_nowhere_stops_the_start_and_says_what_there_is() -> None:
    with pytest.raises(PolicyMissing, match=r"There is no policy standard@1\. There are .*standard@2026\.1"):
        Registry.load(["standard@1"])


def test_broken_packs_stop_the_start_with_every_problem_of_every_file(tmp_path: Path) -> None:
    write(tmp_path, "good")
    write(tmp_path, "a", "colour = 3")
    write(tmp_path, "b", "[menu]\noffers = 0")
    (tmp_path / "notes.txt").write_text("no pack")

    with pytest.raises(PolicyMissing) as refused:
        Registry.load(["good"], packs_folder=tmp_path)

    assert str(refused.value) == ("a.toml: policy.colour: there is no such key; b.toml: menu.offers: is at least 1")


def test_a_case_is_judged_by_the_very_text_it_is_pinned_to_and_by_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, "mine")
    registry = Registry.load(["standard", "mine"], packs_folder=tmp_path)
    mine = registry.ordered[1]

    assert registry.pinned("mine@1", mine.digest, li()) is mine
    for policy_id, digest in (("mine@1", "another digest"), ("gone@1", "whatever")):
        with pytest.raises(PolicyVersionMissing):
            registry.pinned(policy_id, digest, li())


def test_what_is_kept_judges_on_when_its_file_has_changed_is_broken_or_is_gone(tmp_path: Path) -> None:
    write(tmp_path, "mine", PROGRAMME)
    first = Registry.load(["mine"], packs_folder=tmp_path)
    kept = [replace(v, state=PolicyState.ACTIVE) for v in first.versions() if v.name == "mine"]
    expected = first.ordered[0].judge(facts(), on=ON)

    for change in ("\n# a remark", "\n[colour]", None):
        if change:
            write(tmp_path, "mine", PROGRAMME, change)
        else:
            (tmp_path / "mine.toml").unlink()
        registry = Registry.of(["mine"], look(tmp_path), kept)

        assert [policy.digest for policy in registry.ordered] == [kept[0].digest]
        assert registry.pinned("mine@1", kept[0].digest, li()).judge(facts(), on=ON) == expected
        assert bool(registry.found.broken.get("mine")) == (change == "\n[colour]")


def test_a_bare_name_means_the_active_version_and_a_version_itself(tmp_path: Path) -> None:
    write(tmp_path, "mine", PROGRAMME)
    [old] = [v for v in look(tmp_path).versions() if v.name == "mine"]
    (tmp_path / "mine.toml").write_text((tmp_path / "mine.toml").read_text().replace('"1"', '"2"', 1))
    [new] = [v for v in look(tmp_path).versions() if v.name == "mine"]
    assert (old.id, new.id) == ("mine@1", "mine@2")

    def chosen(name: str, old_state: PolicyState, new_state: PolicyState) -> str:
        kept = [replace(old, state=old_state), replace(new, state=new_state)]
        return Registry.of([name], look(tmp_path), kept).ordered[0].id

    active, shadow, retired = PolicyState.ACTIVE, PolicyState.SHADOW, PolicyState.RETIRED
    assert chosen("mine", active, shadow) == "mine@1"
    assert chosen("mine", retired, active) == "mine@2"
    assert chosen("mine@1", retired, active) == "mine@1"
    assert chosen("mine@2", active, retired) == "mine@2"
    with pytest.raises(PolicyMissing, match=r"No version of mine is active\. `parley policy activate mine`"):
        chosen("mine", retired, shadow)


def test_a_text_that_would_be_judged_otherwise_today_is_not_what_was_kept(tmp_path: Path) -> None:
    """Its digest covers how packs are judged; a later Parley that judges them otherwise must not pass for the first."""
    write(tmp_path, "mine", PROGRAMME)
    [version] = [v for v in look(tmp_path).versions() if v.name == "mine"]
    (tmp_path / "mine.toml").unlink()
    kept = replace(version, digest="0" * 64, state=PolicyState.ACTIVE)

    with pytest.raises(PolicyMissing, match=r"mine@1 with the digest 0{64} cannot be used here any more\."):
        Registry.of(["mine"], look(tmp_path), [kept])


def test_shadows_judge_what_they_cover(tmp_path: Path) -> None:
    write(tmp_path, "autos", '[policy.scope]\nproducts = ["auto"]')
    write(tmp_path, "shops", '[policy.scope]\nproducts = ["business_instalment"]')
    kept = [replace(v, state=PolicyState.SHADOW) for v in look(tmp_path).versions() if v.name in {"autos", "shops"}]
    registry = Registry.of(["standard"], look(tmp_path), kept)

    assert [policy.id for policy in registry.beside(li())] == ["shops@1"]


def test_what_a_policy_no_longer_covers_is_for_a_person_also_when_it_is_judged_again(tmp_path: Path) -> None:
    write(tmp_path, "autos", '[policy.scope]\nproducts = ["auto"]\nborrower_kinds = ["person"]')
    registry = Registry.load(["autos"], packs_folder=tmp_path)
    autos = registry.ordered[0]
    covered = facts(product="auto", borrower_kind="person")

    assert isinstance(registry.pinned("autos@1", autos.digest, li()), OutOfScope)
    assert isinstance(
        registry.judged_by("autos@1", autos.digest, facts(product="mortgage", borrower_kind="person")), OutOfScope
    )
    assert registry.judged_by("autos@1", autos.digest, covered) is autos

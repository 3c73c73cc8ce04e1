"""A policy in Python is installed like any distribution, chosen by one setting, and cannot do harm."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.policies import plugins
from service.policies.registry import PolicyMissing, Registry, shipped_packs
from service.settings import read_settings
from service.storage.migrating import migrate
from tests.api.stories import offered, post_li
from tests.conftest import Clock, Service
from tests.domain.applications import li_json, li_loan_json
from tests.policies.samples import ON, facts

PLUGIN = Path(__file__).parent / "plugin"

Serving = Callable[[str], AbstractAsyncContextManager[Service]]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the distribution and install it with pip into a folder of its own; return the folder."""
    folder = tmp_path_factory.mktemp("installed")
    offline = ["--no-index", "--no-build-isolation", "--no-deps", "--disable-pip-version-check", "--quiet"]
    subprocess.run([sys.executable, "-m", "pip", "install", *offline, "--target", folder, PLUGIN], check=True)
    return folder


@pytest.fixture
def plugged(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let this process see what was installed."""
    monkeypatch.syspath_prepend(installed)
    yield installed
    for name in ("careful", "careful_and_gone"):
        sys.modules.pop(name, None)


@pytest.fixture
def serving(plugged: Path, database_url: str, tmp_path: Path, clock: Clock) -> Serving:
    """Return what runs the whole service as a deployment that sets PARLEY_POLICY."""

    @asynccontextmanager
    async def running(policy: str) -> AsyncIterator[Service]:
        await migrate(database_url)
        environment = {"PARLEY_POLICY": policy, "PARLEY_DATABASE": database_url, "PARLEY_DATA": str(tmp_path)}
        app = create_app(read_settings(environment, dotenv=None), clock=clock)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://parley.test", timeout=30) as http:
                yield Service(app=app, http=http, clock=clock)

    return running


async def review_of(service: Service, case: dict[str, Any]) -> dict[str, Any]:
    """Return the latest review of a case as the lender sees it."""
    desk = await service.key("caseworker")
    reviews = (await service.call(desk, "GET", f"/v1/cases/{case['id']}/reviews")).json()["items"]
    found: dict[str, Any] = reviews[0]
    return found


@pytest.mark.parametrize(
    ("days", "owed", "state", "code"),
    ((45, True, "in_review", "CALL"), (0, False, "rejected", "NOTHING"), (20, True, "offered", None)),
)
async def test_an_installed_policy_judges_cases_over_http(
    serving: Serving, days: int, owed: bool, state: str, code: str | None
) -> None:
    loan = li_loan_json(days_past_due=days)
    if not owed:
        loan |= {"balance": dict.fromkeys(loan["balance"], 0), "overdue": dict.fromkeys(loan["overdue"], 0)}
    async with serving("careful") as service:
        case = await post_li(service, loans=[loan])
        review = await review_of(service, case)

        assert case["policy"]["id"] == "careful@1.0"
        assert case["state"] == state
        assert [reason["code"] for reason in review["verdict"]["reasons"]] == ([code] if code else [])
        if code == "CALL":
            [reason] = review["verdict"]["reasons"]
            assert (reason["fact"], reason["value"], reason["threshold"]) == ("days_past_due", days, "> 30")
            assert reason["source"] == "the house's manual, chapter 3"


@pytest.mark.parametrize(
    ("policy", "fault"),
    (("raising", "LookupError"), ("nonsense", "the verdict names a programme that the policy does not have")),
)
async def test_a_policy_that_fails_is_a_matter_for_a_person_never_an_error_never_an_approval(
    serving: Serving, policy: str, fault: str
) -> None:
    async with serving(policy) as service:
        case = await post_li(service)
        assessed = await service.call(await service.key("partner", vouches=True), "POST", "/v1/assessments", li_json())
        review = await review_of(service, case)

        assert case["state"] == "in_review"
        assert review["verdict"]["outcome"] == "manual"
        assert [reason["code"] for reason in review["verdict"]["reasons"]] == ["POLICY_FAULT"]
        assert [line["fault"] for line in review["verdict"]["trace"]] == [fault]
        assert "no such row" not in str(review)
        assert (assessed.status_code, assessed.json()["verdict"]["outcome"]) == (200, "manual")


async def test_the_shipped_policy_still_judges_where_it_is_the_one_chosen(
    serving: Serving,
) -> None:
    """What is installed and not chosen changes nothing, though one of its entry points calls itself `standard`."""
    async with serving("standard") as service:
        case, offers = await offered(service)

        assert (case["policy"]["id"], case["state"]) == ("standard@2026.1", "offered")
        assert offers


@pytest.mark.parametrize(
    ("name", "sentence"),
    (
        ("failing", "The entry point failing fails with KeyError."),
        ("gone", "The entry point gone fails with ModuleNotFoundError."),
        ("nothing", "The entry point nothing does not make a policy."),
        ("careful@2.0", "There is no policy careful@2.0. There are "),
        ("nobody", "There is no policy nobody. There are "),
    ),
)
def test_a_policy_that_cannot_be_used_stops_the_start_of_who_chooses_it(
    plugged: Path, name: str, sentence: str
) -> None:
    with pytest.raises(PolicyMissing) as missing:
        Registry.load([name])

    assert str(missing.value).startswith(sentence)


def test_policies_are_chosen_by_name_and_version_and_all_are_known(plugged: Path) -> None:
    registry = Registry.load(["careful@1.0", "standard"])

    assert [policy.id for policy in registry.ordered] == ["careful@1.0", "standard@2026.1"]
    assert {"careful", "raising", "nonsense", "standard"} <= set(registry.known)
    assert {"failing", "gone", "nothing"}.isdisjoint(registry.known)
    assert registry.ordered[0].settings is registry.known["standard"].settings


def test_a_verdict_carries_the_digest_of_the_code_and_of_the_pack(plugged: Path) -> None:
    """Replaying needs to know that neither the code nor the figures it used are others today."""
    before = Registry.load(["careful"]).ordered[0]
    (plugged / "careful.py").write_text((PLUGIN / "careful.py").read_text(encoding="utf-8") + "\n# changed\n")
    try:
        after = Registry.load(["careful"]).ordered[0]
    finally:
        (plugged / "careful.py").write_text((PLUGIN / "careful.py").read_text(encoding="utf-8"))

    assert before.judge(facts(), on=ON).digest == before.digest
    assert before.digest != after.digest
    assert Registry.load(["careful"]).ordered[0].digest == before.digest


def test_a_package_is_hashed_file_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "house_policy"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__init__.py").write_text(
        "from careful_rules import policy\n".replace("careful_rules", "house_policy.rules")
    )
    (package / "rules.py").write_text("def policy(packs):\n    return packs['standard']\n")
    (package / "figures.csv").write_text("1,2\n")
    monkeypatch.syspath_prepend(tmp_path)
    point = metadata.EntryPoint(name="house", value="house_policy:policy", group=plugins.GROUP)

    digests = [plugins.policy_of(point, shipped_packs()).digest]
    (package / "figures.csv").write_text("1,3\n")
    digests.append(plugins.policy_of(point, shipped_packs()).digest)
    (package / "__pycache__" / "rules.pyc").write_text("whatever")
    digests.append(plugins.policy_of(point, shipped_packs()).digest)
    for name in ("house_policy", "house_policy.rules"):
        sys.modules.pop(name)

    assert digests[0] != digests[1] == digests[2]


def test_the_command_lists_what_is_installed(installed: Path, tmp_path: Path) -> None:
    """A process that only finds the folder on its path, as a deployment's does."""
    environment = {"PYTHONPATH": str(installed), "PARLEY_DATA": str(tmp_path), "PARLEY_POLICY": "careful,standard"}
    command = [sys.executable, "-m", "service.cli", "policy", "list"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=PLUGIN.parents[2])

    assert "careful@1.0" in ended.stdout
    assert "standard@2026.1" in ended.stdout

"""Settings: what the environment may say, and the sentence that stops the start when it cannot be so."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.settings import _READERS, SettingRefused, Settings, read_settings


def _read(**given: str) -> Settings:
    return _read_with(None, **given)


def _read_with(dotenv: Path | None, /, **given: str) -> Settings:
    return read_settings({f"PARLEY_{name}": text for name, text in given.items()}, dotenv=dotenv)


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    """Return where a `.env` file may be."""
    return tmp_path / ".env"


def test_nothing_needs_to_be_set() -> None:
    assert _read() == Settings()
    assert _read().database == "sqlite+aiosqlite:///data/parley.db"
    assert _read().embedded


def test_everything_can_be_set(tmp_path: Path) -> None:
    settings = _read(
        DATA=str(tmp_path / "data"),
        DATABASE="postgresql+asyncpg://parley:secret@db:5432/parley?ssl=require",
        POLICY=" standard , own@2 ",
        PACKS=str(tmp_path),
        AUTOMATIC="off",
        KEYSET="/run/secrets/keyset",
        EVIDENCE="s3://evidence/parley",
        EVIDENCE_ENDPOINT="http://127.0.0.1:9000/",
        EVIDENCE_REGION="eu-central-1",
        EVIDENCE_KEY_ID="key",
        EVIDENCE_SECRET="secret",
        OIDC_ISSUER="https://one.example,https://two.example",
        OIDC_AUDIENCE="parley",
        BASE_URL="https://parley.example/",
        LOG="debug",
        LENDER="海岸银行",
        LENDER_CONTACT="0755-1234 5678",
    )

    assert settings == Settings(
        data=tmp_path / "data",
        database="postgresql+asyncpg://parley:secret@db:5432/parley?ssl=require",
        policy=("standard", "own@2"),
        packs=tmp_path,
        automatic=False,
        keyset="/run/secrets/keyset",
        evidence="s3://evidence/parley",
        evidence_endpoint="http://127.0.0.1:9000",
        evidence_region="eu-central-1",
        evidence_key_id="key",
        evidence_secret="secret",
        oidc_issuer=("https://one.example", "https://two.example"),
        oidc_audience="parley",
        base_url="https://parley.example",
        log="debug",
        lender="海岸银行",
        lender_contact="0755-1234 5678",
    )
    assert not settings.embedded


def test_every_setting_has_a_name_and_every_name_a_setting() -> None:
    assert {name.lower() for name in _READERS} == {field.name for field in fields(Settings)}


def test_the_database_is_in_the_data_folder(tmp_path: Path) -> None:
    assert _read(DATA=str(tmp_path)).database == f"sqlite+aiosqlite:///{tmp_path}/parley.db"
    assert Settings.of(data=tmp_path) == _read(DATA=str(tmp_path))


def test_a_home_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert _read(DATA="~/parley").data == tmp_path / "parley"


@pytest.mark.parametrize("blank", ("", " ", "\t"))
def test_a_blank_setting_is_none(blank: str) -> None:
    """As `${PARLEY_POLICY:-}` leaves it behind."""
    assert _read(**dict.fromkeys(_READERS, blank)) == Settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        _read().log = "debug"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    (
        ("COLOUR", "blue", "PARLEY_COLOUR is not a setting. The settings are PARLEY_AUTOMATIC, PARLEY_BASE_URL,"),
        ("COLOUR", "", "PARLEY_COLOUR is not a setting"),
        ("data", "x", "PARLEY_data is not a setting"),
        ("", "x", "PARLEY_ is not a setting"),
        ("AUTOMATIC", "maybe", "PARLEY_AUTOMATIC is either on or off."),
        ("AUTOMATIC", "ON", "PARLEY_AUTOMATIC is either on or off."),
        ("LENDER", "x" * 201, "PARLEY_LENDER is one line of at most 200 characters."),
        ("LENDER_CONTACT", "a\nb", "PARLEY_LENDER_CONTACT is one line of at most 200 characters."),
        ("LOG", "loud", "PARLEY_LOG is one of debug, info, warning, error."),
        ("POLICY", "standard,,own", "PARLEY_POLICY is a list of names"),
        ("OIDC_ISSUER", ",", "PARLEY_OIDC_ISSUER is a list of names"),
        ("PACKS", "/no/such/folder", "PARLEY_PACKS names no folder that exists."),
        ("PACKS", __file__, "PARLEY_PACKS names no folder"),
        ("DATA", __file__, "PARLEY_DATA names no folder"),
        ("DATA", "/data?x", "PARLEY_DATA names no folder; its name has no question mark."),
        ("DATA", "~nobody-of-that-name/x", "PARLEY_DATA names a place that cannot be."),
        ("DATA", "x" * 5000, "PARLEY_DATA names a place that cannot be."),
        ("PACKS", "x" * 5000, "PARLEY_PACKS names a place that cannot be."),
        ("BASE_URL", "parley.example", "PARLEY_BASE_URL is an http or https address."),
        ("BASE_URL", "ftp://parley.example", "PARLEY_BASE_URL is an http or https address."),
        ("BASE_URL", "http://", "PARLEY_BASE_URL is an http or https address."),
        ("BASE_URL", "http://[::1", "PARLEY_BASE_URL is no address"),
        ("BASE_URL", "http://x:99999", "PARLEY_BASE_URL is no address"),
        (
            "DATABASE",
            "mysql://secret@db/x",
            "PARLEY_DATABASE begins with sqlite+aiosqlite:// or postgresql+asyncpg://.",
        ),
        ("DATABASE", "postgresql://secret@db/x", "PARLEY_DATABASE begins with"),
        ("DATABASE", "secret", "PARLEY_DATABASE begins with"),
        ("DATABASE", "sqlite+aiosqlite://", "PARLEY_DATABASE names a file"),
        ("DATABASE", "sqlite+aiosqlite:///", "PARLEY_DATABASE names a file"),
        ("DATABASE", "sqlite+aiosqlite://host/secret", "PARLEY_DATABASE names a file"),
        ("DATABASE", "sqlite+aiosqlite:///:memory:", "PARLEY_DATABASE names a file"),
        ("DATABASE", "sqlite+aiosqlite:///file:x?mode=memory&uri=true", "PARLEY_DATABASE names a file"),
        ("DATABASE", "postgresql+asyncpg://u:secret@db:port/x", "PARLEY_DATABASE is no address"),
        (
            "DATABASE",
            "postgresql+asyncpg://u:secret@db/x?sslmode=require",
            "PARLEY_DATABASE has the option sslmode; the",
        ),
    ),
)
def test_what_cannot_be_so_is_said_in_a_sentence_that_names_the_setting(name: str, text: str, said: str) -> None:
    """And does not repeat a value that may hold a password."""
    with pytest.raises(SettingRefused) as caught:
        _read(**{name: text})

    sentence = str(caught.value)
    assert sentence.startswith(said)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "secret" not in sentence
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(name=st.sampled_from(sorted(_READERS)), text=st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_whatever_is_written_there_is_a_setting_or_a_sentence(name: str, text: str) -> None:
    try:
        settings = _read(**{name: text})
    except SettingRefused as refused:
        sentence = str(refused)
    else:
        assert isinstance(settings, Settings)
        return
    assert f"PARLEY_{name} " in sentence


def test_names_of_others_are_left_alone(dotenv: Path) -> None:
    dotenv.write_text("PARLEY=x\nPORT=80\n")

    assert read_settings({"PATH": "/bin", "PARLEYS": "x", "parley_log": "loud"}, dotenv=dotenv) == Settings()


DOTENV = """# The settings of this deployment.

PARLEY_LOG=warning
export PARLEY_AUTOMATIC = off
PARLEY_OIDC_AUDIENCE="a # b"  # the audience
PARLEY_KEYSET='{"primary": 1}'
PARLEY_POLICY=standard # for now
PARLEY_BASE_URL=
ANOTHER_PROGRAMS="C:\\x"
"""


def test_a_dotenv_file_says_what_the_environment_leaves_open(dotenv: Path) -> None:
    dotenv.write_text(DOTENV)
    wanted = Settings(
        log="warning", automatic=False, oidc_audience="a # b", keyset='{"primary": 1}', policy=("standard",)
    )

    assert _read_with(dotenv) == wanted
    assert _read_with(dotenv, LOG="error", POLICY="").log == "error"
    assert _read_with(dotenv, LOG=" ").log == "warning"


def test_a_dotenv_file_that_is_not_there_says_nothing(dotenv: Path) -> None:
    assert _read_with(dotenv) == Settings()


@pytest.mark.parametrize(
    ("content", "said"),
    (
        (b"PARLEY_LOG=info\nPARLEY_LOG\n", "Line 2 of {} is not NAME=value."),
        (b"PARLEY_COLOUR=blue", "PARLEY_COLOUR is not a setting."),
        (b"PARLEY_LOG='loud'", "PARLEY_LOG is one of"),
        (b"PARLEY_LOG=\xff", "{} cannot be read as text."),
    ),
)
def test_a_dotenv_file_that_is_wrong_stops_the_start(dotenv: Path, content: bytes, said: str) -> None:
    dotenv.write_bytes(content)
    with pytest.raises(SettingRefused) as caught:
        _read_with(dotenv)

    assert str(caught.value).startswith(said.format(dotenv))


def test_the_environment_of_the_process_and_the_folder_it_runs_in_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARLEY_LOG", "debug")
    (tmp_path / ".env").write_text("PARLEY_AUTOMATIC=off")

    assert read_settings() == Settings(log="debug", automatic=False)


def test_evidence_is_in_the_data_folder_unless_another_folder_or_a_bucket_is_named(tmp_path: Path) -> None:
    assert Settings.of(data=tmp_path).evidence_folder == tmp_path / "evidence"
    elsewhere = _read(DATA=str(tmp_path), EVIDENCE=str(tmp_path / "papers"))
    assert (elsewhere.evidence_folder, elsewhere.in_bucket) == (tmp_path / "papers", False)
    assert _read(EVIDENCE="s3://papers").in_bucket
    assert "hush" not in repr(_read(EVIDENCE="s3://papers", EVIDENCE_KEY_ID="key", EVIDENCE_SECRET="hush"))


@pytest.mark.parametrize(
    "given",
    (
        {"EVIDENCE": "gs://papers"}, {"EVIDENCE": "s3://"}, {"EVIDENCE": "s3://P"}, {"EVIDENCE": "s3://papers/a//b"},
        {"EVIDENCE": "s3://papers/a?b"}, {"EVIDENCE": "s3://key:secret@papers"},
        {"EVIDENCE_ENDPOINT": "http://127.0.0.1:9000"}, {"EVIDENCE": "papers", "EVIDENCE_REGION": "eu"},
        {"EVIDENCE": "s3://papers", "EVIDENCE_KEY_ID": "key"}, {"EVIDENCE": "s3://papers", "EVIDENCE_SECRET": "hush"},
        {"EVIDENCE": "s3://papers", "EVIDENCE_ENDPOINT": "papers.example"},
    ),
    ids=str,
)  # fmt: skip
def test_a_place_for_evidence_that_cannot_be_stops_the_start(given: dict[str, str]) -> None:
    with pytest.raises(SettingRefused, match="PARLEY_EVIDENCE") as caught:
        _read(**given)

    assert "hush" not in str(caught.value)


def test_every_setting_stands_on_the_page_of_settings_and_no_other() -> None:
    page = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `PARLEY_")]

    assert sorted(rows) == sorted(f"PARLEY_{name}" for name in _READERS)

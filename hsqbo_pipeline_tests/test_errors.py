"""The error tree: what callers may rely on whatever class they catch."""

from __future__ import annotations

import pickle

import pytest

from hsqbo_pipeline import errors
from hsqbo_pipeline.errors import (
    AuthenticationError,
    ConfigurationError,
    ExitCode,
    HsqboError,
    PipelineError,
    Problem,
    RateLimitError,
    RecordError,
    RemoteError,
    RetryError,
    UncertainError,
)

EXAMPLES = [
    ConfigurationError("no such word", file="sync.yaml", line=7, field="mode", value="fast"),
    AuthenticationError("connect again", code="AUTH_HS_EXPIRED", request_id="c-1", system="hubspot"),
    RateLimitError("later", system="hubspot", policy="daily", retry_after=60.0, code="RATE_HS_DAILY"),
    RemoteError("no answer", system="quickbooks", request_id="tid-1"),
    UncertainError("no answer to a write", system="quickbooks"),
    RecordError("refused", code="VAL_REQUIRED", system="quickbooks", object="Invoice", status=400, category="2020"),
    PipelineError("another run writes", code="OPS_OTHER_RUN", holder="run 12"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling(error: HsqboError) -> None:
    """An error that crosses a process border keeps its class, its sentence and all it carries."""
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_every_error_carries_a_known_code(error: HsqboError) -> None:
    """The code of an error is one of the table, also when nobody gave one."""
    from hsqbo_pipeline.model.codes import CODES

    assert error.code in CODES
    assert type(error)("only a sentence").code in CODES


def test_the_tree_is_cut_by_what_the_caller_does() -> None:
    """One except clause catches all that is worth another try, and nothing else."""
    assert {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, RetryError)} == {
        RetryError,
        RateLimitError,
        RemoteError,
        UncertainError,
    }
    assert not issubclass(RecordError, RetryError)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConfigurationError("x"), ExitCode.CONFIGURATION),
        (AuthenticationError("x"), ExitCode.LOGIN),
        (PipelineError("x", code="OPS_OTHER_RUN"), ExitCode.BUSY),
        (PipelineError("x"), ExitCode.RED),
        (RemoteError("x"), ExitCode.RED),
    ],
)
def test_each_error_knows_the_exit_code(error: HsqboError, expected: ExitCode) -> None:
    """A program that calls ours can tell a wrong setting from a dead login from a busy house."""
    assert error.exit_code is expected


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer eyJhbGciOi.J9-abc_def",
        "refresh_token=RT1-12-abcdef",
        '{"access_token": "abcdef123456"}',
        "token pat-na1-0000-1111 refused",
        "client_secret: 's3cr3tvalue'",
    ],
)
def test_a_secret_never_shows(secret: str) -> None:
    """A token that slips into a message is masked in the text, in the arguments and in the detail of a record."""
    error = RecordError(f"refused: {secret}", detail=secret)
    shown = f"{error} {error.args!r} {error.detail}"
    for part in ("eyJhbGciOi", "RT1-12", "abcdef123456", "na1-0000", "s3cr3tvalue"):
        assert part not in shown
    assert "***" in shown


def test_a_request_is_named_in_the_text() -> None:
    """Support can be asked about a failed request by the name the other system gave it."""
    assert str(RemoteError("no answer", request_id="tid-9")) == "no answer [request tid-9]"


def test_all_mistakes_are_told_at_once() -> None:
    """A file with two mistakes gives one error with two lines, each naming file, line, field and value."""
    error = ConfigurationError.of(
        [Problem("not allowed", "sync.yaml", 3, "mode", "fast"), Problem("missing", "sync.yaml", 1, "timezone")]
    )
    assert str(error).splitlines() == [
        "sync.yaml:3: mode: not allowed (it says fast)",
        "sync.yaml:1: timezone: missing",
    ]
    assert (error.file, error.line, error.field, error.value) == ("sync.yaml", 3, "mode", "fast")

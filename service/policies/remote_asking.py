"""Asking a remote policy over HTTP: within a deadline, up to a size, without redirects; a fault is an answer too."""

import asyncio
import json
import logging
import os
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from json import JSONDecodeError
from time import monotonic
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from service.domain.consulting import Answer
from service.domain.policy import Policy
from service.policies.answers import Given, not_as_agreed
from service.policies.breaker import Breaker, Seconds
from service.policies.remote import CANNOT_ASK, EndpointTable, RemotePolicy

LOG: Final = logging.getLogger("parley")
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,8192}")


class Fault(Exception):
    """An exchange came to nothing; the sentence says why, and nothing of what was sent or answered."""


class _Data(BaseModel):
    """What OPA's data API answers: the decision is its `result`; a decision that is not there has none."""

    model_config = ConfigDict(strict=True, extra="ignore")

    result: Given | None = None


@dataclass(slots=True, kw_only=True)
class RemoteAsking:
    """Asks remote policies, each behind a breaker of its own; clock and environment can be given."""

    clock: Seconds = monotonic
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _breakers: dict[str, Breaker] = field(default_factory=dict)
    _contexts: dict[str | None, ssl.SSLContext] = field(default_factory=dict)

    async def ask(self, policy: Policy, question: str) -> Answer:
        """Put a question to a policy; whatever goes wrong is an answer with a fault."""
        if not isinstance(policy, RemotePolicy):
            return Answer(fault=CANNOT_ASK)
        breaker = self._breaker(policy)
        if not breaker.lets_through():
            return Answer(fault="it is not asked for a while, because it failed several times in a row")
        try:
            said = await self._exchange(policy.endpoint, question)
        except Fault as fault:
            breaker.failed()
            LOG.warning("policies: %s: %s", policy.id, fault)
            return Answer(fault=str(fault))
        breaker.well()
        return Answer(result=said.model_dump(mode="json"))

    async def _exchange(self, endpoint: EndpointTable, question: str) -> Given:
        try:
            async with asyncio.timeout(float(endpoint.deadline)):
                return _read(await self._post(endpoint, question))
        except (TimeoutError, httpx.TimeoutException):
            raise Fault(f"it did not answer within {endpoint.deadline} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise Fault(f"it cannot be reached: {type(error).__name__}") from error

    async def _post(self, endpoint: EndpointTable, question: str) -> bytes:
        """Send the question and read the answer; each exchange has a connection of its own, which none can wear out."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        if endpoint.token_from is not None:
            headers["Authorization"] = f"Bearer {self._token(endpoint.token_from)}"
        address = f"{endpoint.url}/v1/data/{endpoint.path}"
        async with (
            httpx.AsyncClient(
                verify=self._trusted(endpoint.ca_file), timeout=float(endpoint.deadline), trust_env=False
            ) as client,
            client.stream("POST", address, content=question.encode(), headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise Fault(f"it answered with the status {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise Fault("its answer is packed, which was not asked for")
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > endpoint.size_max:
                    raise Fault(f"its answer is larger than {endpoint.size_max} bytes")
        return bytes(body)

    def _breaker(self, policy: RemotePolicy) -> Breaker:
        table = policy.endpoint.breaker
        made = Breaker(faults_max=table.faults, seconds=table.seconds, clock=self.clock)
        return self._breakers.setdefault(policy.digest, made)

    def _trusted(self, ca_file: str | None) -> ssl.SSLContext:
        if ca_file not in self._contexts:
            self._contexts[ca_file] = ssl.create_default_context(cafile=ca_file)
        return self._contexts[ca_file]

    def _token(self, variable: str) -> str:
        token = self.environment.get(variable, "").strip()
        if not _TOKEN.fullmatch(token):
            raise Fault(f"the environment variable {variable} holds no token")
        return token


def _read(body: bytes) -> Given:
    """Return the decision in an answer of OPA's data API."""
    try:
        json.loads(body, object_pairs_hook=_once)
        data = _Data.model_validate_json(body)
    except (UnicodeDecodeError, JSONDecodeError, RecursionError):
        raise Fault("the answer is no JSON") from None
    except ValidationError as error:
        raise Fault(not_as_agreed(error)) from None
    if data.result is None:
        raise Fault("it has no decision under this path")
    return data.result


def _once(pairs: Sequence[tuple[str, object]]) -> None:
    """Refuse an object that says one thing twice: readers differ in which of the two they believe."""
    if len(pairs) != len(dict(pairs)):
        raise Fault("the answer says something twice")

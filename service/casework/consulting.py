"""Doing a deed for which a policy elsewhere may have to be asked: never while a transaction is open."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from service.casework.desk import Desk
from service.domain.consulting import AnswerNeeded, Answers

T = TypeVar("T")


async def consulted(desk: Desk, deed: Callable[[Desk], Awaitable[T]]) -> T:
    """Do a deed that opens its own transaction; where an answer is lacking all is undone, asked for, and done anew.

    The answers are found by the very facts: where those have changed meanwhile, the policy is asked again.
    """
    if desk.ask is None:
        return await deed(desk)
    answers = Answers()
    while True:
        try:
            return await deed(replace(desk, answers=answers))
        except AnswerNeeded as needed:
            answers.add(needed.policy, needed.question, await desk.ask(needed.policy, needed.question))

"""Every machine: steps in any order, as hypothesis chooses them."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import seed as seeded
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.fuzz.machines.codec import Conversation
from tests.fuzz.machines.door import FrontDoor
from tests.fuzz.machines.session import Speaker

MACHINES: dict[str, type[RuleBasedStateMachine]] = {
    "session-machine": Speaker,
    "codec-machine": Conversation,
    "door-machine": FrontDoor,
}
"""By their names."""

IN_CI = settings(
    max_examples=60,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""How they are driven in the tests: always the same way."""
_ROUND = settings(
    parent=IN_CI, max_examples=50, stateful_step_count=100, derandomize=False, database=None
)


def drive(
    machine: type[RuleBasedStateMachine], seed: int, enough: Callable[[], bool]
) -> tuple[int, list[str]]:
    """Drive a machine round after round, each from another seed, until it is `enough`, or it fails.
    How many sequences of steps there were, and the story of the one that failed.
    """
    rounds = 0
    while not enough():
        number = seed + rounds
        rounds += 1
        try:
            run_state_machine_as_test(seeded(number)(machine), settings=_ROUND)
        except Exception as error:  # noqa: BLE001 - whatever is raised breaks a promise
            notes = "\n".join(getattr(error, "__notes__", []))
            return rounds * _ROUND.max_examples, [f"seed {number}: {error!r}\n{notes}"]
    return rounds * _ROUND.max_examples, []

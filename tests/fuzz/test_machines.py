"""The machines, always the same way."""

from __future__ import annotations

import pytest
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.fuzz.machines import IN_CI, MACHINES


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_no_promise_is_broken(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=IN_CI)

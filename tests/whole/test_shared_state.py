"""Several controllers of one receiver over bad networks: nothing is done twice, nothing is lost,
and all see the same in the same order.

Everything between the sockets is the real thing: codec, the memory of commands, session, hub,
outboxes, and the controllers' mirrors. The networks drop, double, delay and reorder; connections
break. A controller does what ours does: it asks again with the same id until it is answered.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from receiver.errors import TonearmError
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.protocol.events import Answer, Change, Done, Error, StateEvent
from receiver.protocol.mirror import Mirror
from receiver.server.answered import Answered, Reply
from receiver.server.hub import Hub, Outbox
from receiver.session import effects as e
from tests.session.stage import Stage

CONTROLLERS = st.integers(0, 2)


@dataclass
class Controller:
    """What one controller has sent, and what it has heard."""

    outbox: Outbox
    mirror: Mirror | None = None
    on_the_way: list[bytes] = field(default_factory=list)
    asked: dict[str, c.Command] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def ask(self, command: c.Command) -> None:
        self.asked[command.id] = command
        self.on_the_way.append(codec.encode(command))

    def ask_again(self) -> None:
        for command_id, command in self.asked.items():
            if command_id not in self.answers:
                self.on_the_way.append(codec.encode(command))


class House(RuleBasedStateMachine):
    """One receiver, three controllers."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage()
        self.hub = Hub()
        self.hub.publish(self.stage.state)
        self.answered = Answered()
        self.controllers = [Controller(self.hub.join()) for _ in range(3)]
        self.ids = (f"unique-command-{number:04}" for number in itertools.count())
        self.removed: set[str] = set()
        self.states: dict[int, Any] = {}
        self.runner = asyncio.Runner()

    # --- the receiver -----------------------------------------------------------------------

    def carry_out(self, command: c.Command, reply: Reply) -> None:
        """What the control loop does."""
        effects = self.stage.session.command(command, reply, self.stage.now)
        self.hub.publish(self.stage.state)
        for effect in effects:
            if isinstance(effect, e.Answer):
                result = effect.result
                assert not isinstance(result, TonearmError)
                reply(Done(command.id, result))
        if isinstance(command, c.QueueRemove):
            self.removed |= set(command.items)

    # --- what controllers want --------------------------------------------------------------

    @rule(who=CONTROLLERS, count=st.integers(1, 3), at=st.sampled_from(["end", "next", 0, 1]))
    def add(self, who: int, count: int, at: c.Place) -> None:
        entries = [c.Entry(f"http://x/{number}") for number in range(count)]
        self.controllers[who].ask(c.QueueAdd(id=next(self.ids), items=entries, at=at))

    @rule(who=CONTROLLERS, data=st.data())
    def remove(self, who: int, data: st.DataObject) -> None:
        known = [item.id for item in self.stage.session.queue.page(0, 99)]
        gone = data.draw(st.lists(st.sampled_from(known), max_size=2)) if known else []
        self.controllers[who].ask(c.QueueRemove(id=next(self.ids), items=gone))

    @rule(who=CONTROLLERS, by=st.integers(-5, 5))
    def volume(self, who: int, by: int) -> None:
        self.controllers[who].ask(c.SetVolume(id=next(self.ids), by=by))

    @rule(who=CONTROLLERS)
    def mute(self, who: int) -> None:
        self.controllers[who].ask(c.Mute(id=next(self.ids)))

    # --- what networks do -------------------------------------------------------------------

    @rule(who=CONTROLLERS, which=st.integers(0, 99))
    def arrives(self, who: int, which: int) -> None:
        """Any of the messages on the way, so in any order."""
        controller = self.controllers[who]
        if controller.on_the_way:
            message = controller.on_the_way.pop(which % len(controller.on_the_way))
            command = codec.decode_command(message)
            self.answered.once(command, controller.outbox.post, self.carry_out)

    @rule(who=CONTROLLERS, which=st.integers(0, 99), twice=st.booleans())
    def is_lost_or_doubled(self, who: int, which: int, twice: bool) -> None:
        wire = self.controllers[who].on_the_way
        if wire:
            message = wire.pop(which % len(wire))
            wire += [message, message] if twice else []

    @rule(who=CONTROLLERS)
    def is_asked_again(self, who: int) -> None:
        self.controllers[who].ask_again()

    @rule(who=CONTROLLERS)
    def breaks(self, who: int) -> None:
        """What was in the connection is gone, both ways; a new one begins."""
        controller = self.controllers[who]
        controller.outbox.leave()
        controller.outbox, controller.mirror = self.hub.join(), None
        controller.on_the_way.clear()
        controller.ask_again()

    @rule(who=CONTROLLERS, count=st.integers(1, 5))
    def reads(self, who: int, count: int) -> None:
        controller = self.controllers[who]
        for _ in range(count):
            if not (controller.outbox._stale or controller.outbox._messages):
                return
            message = codec.decode_message(self.runner.run(controller.outbox.next()).decode())
            self.hear(controller, message)

    def hear(self, controller: Controller, message: Any) -> None:
        match message:
            case Done() | Error():
                assert message.id is not None
                controller.answers.setdefault(message.id, []).append(message)
                return
            case StateEvent():
                if controller.mirror is None:
                    controller.mirror = Mirror(message)
                else:
                    controller.mirror.replace(message)
            case Change():
                assert controller.mirror is not None
                assert controller.mirror.merge(message), "a change was missed"
        assert controller.mirror is not None
        mirror = controller.mirror
        # Whoever saw this revision first saw the same.
        assert self.states.setdefault(mirror.revision, mirror.state) == mirror.state

    # --- what must hold ---------------------------------------------------------------------

    @invariant()
    def an_answer_stays_the_same(self) -> None:
        for controller in self.controllers:
            for answers in controller.answers.values():
                assert all(answer == answers[0] for answer in answers)

    def teardown(self) -> None:
        for who, controller in enumerate(self.controllers):
            controller.ask_again()
            while controller.on_the_way:
                self.arrives(who, 0)
        for who in range(len(self.controllers)):
            self.reads(who, 9999)
        queue = [item.id for item in self.stage.session.queue.page(0, 9999)]
        added: list[str] = []
        for controller in self.controllers:
            assert set(controller.answers) == set(controller.asked), "one was never answered"
            for answers in controller.answers.values():
                assert isinstance(answers[0], Done)
                added += answers[0].result.get("items", [])
            assert controller.mirror is not None
            assert controller.mirror.state == self.stage.state
        assert sorted(set(added) - self.removed) == sorted(queue), "an add was lost, or done twice"
        self.runner.close()


House.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestHouse = House.TestCase

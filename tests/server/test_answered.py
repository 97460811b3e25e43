"""The same command again."""

from __future__ import annotations

from receiver.protocol import commands as c
from receiver.protocol.events import Answer, Done
from receiver.server.answered import REMEMBERED, Answered, Reply

LONG = "0123456789abcdef"


class Control:
    """Takes commands, and answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[c.Command, Reply]] = []

    def ask(self, command: c.Command, reply: Reply) -> None:
        self.asked.append((command, reply))

    def answer(self, number: int) -> Answer:
        command, reply = self.asked[number]
        answer = Done(command.id, {"number": number})
        reply(answer)
        return answer


def test_it_is_done_once_and_answered_each_time() -> None:
    control, answered = Control(), Answered()
    heard: list[Answer] = []
    for _ in range(2):
        answered.once(c.Toggle(id=LONG), heard.append, control.ask)
    assert (len(control.asked), heard) == (1, [])
    answer = control.answer(0)
    assert heard == [answer, answer]
    answered.once(c.Toggle(id=LONG), heard.append, control.ask)
    assert (len(control.asked), heard) == (1, [answer] * 3)


def test_short_ids_are_nobodys_own() -> None:
    control, answered = Control(), Answered()
    for _ in range(2):
        answered.once(c.Toggle(id="1"), lambda _: None, control.ask)
    assert len(control.asked) == 2


def test_looks_at_the_queue_are_not_remembered() -> None:
    control, answered = Control(), Answered()
    for _ in range(2):
        answered.once(c.QueueList(id=LONG), lambda _: None, control.ask)
    assert len(control.asked) == 2


def test_another_wish_with_the_same_id_is_another_command() -> None:
    control, answered = Control(), Answered()
    heard: list[Answer] = []
    answered.once(c.Mute(id=LONG, muted=True), heard.append, control.ask)
    answered.once(c.Mute(id=LONG, muted=False), heard.append, control.ask)
    assert len(control.asked) == 2
    assert heard == [control.answer(0), control.answer(1)]


def test_old_ones_are_forgotten() -> None:
    control, answered = Control(), Answered()
    for number in range(REMEMBERED + 1):
        answered.once(c.Pause(id=f"{number:016}"), lambda _: None, control.ask)
    answered.once(c.Pause(id=f"{REMEMBERED:016}"), lambda _: None, control.ask)
    assert len(control.asked) == REMEMBERED + 1
    answered.once(c.Pause(id=f"{0:016}"), lambda _: None, control.ask)
    assert len(control.asked) == REMEMBERED + 2

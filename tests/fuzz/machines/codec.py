"""A conversation over a wire on which anything may happen to a message: what is right is read as it
was meant, what is wrong is one kind of error, and none of it is remembered.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule

from receiver.errors import BadRequest
from receiver.protocol import codec, limits
from receiver.protocol import commands as c
from receiver.protocol.events import Done, Error
from tests.fuzz.machines.values import commands
from tests.fuzz.target import require

_FIELDS = st.sampled_from(["id", "type", "url", "items", "by", "epoch", "percent", "item", "?"])
_VALUES = st.sampled_from([None, True, -1, 2**80, 1.5, "", "\0", [], [[]], {}, {"a": 1}, "next"])

Sent = tuple[bytes, c.Command | None]
"""A message, and what it is to be read as; None: nobody knows."""


class Conversation(RuleBasedStateMachine):
    """See the module."""

    wire: Bundle[Sent] = Bundle("wire")

    @rule(target=wire, command=commands())
    def says(self, command: c.Command) -> Sent:
        return codec.encode(command), command

    @rule(target=wire, sent=wire, spaced=st.booleans(), in_ascii=st.booleans())
    def writes_it_in_another_way(self, sent: Sent, spaced: bool, in_ascii: bool) -> Sent:
        data, command = sent
        fields = self._fields(data)
        if command is None or fields is None:
            return sent
        turned = dict(reversed(fields.items()))
        text = json.dumps(turned, indent=1 if spaced else None, ensure_ascii=in_ascii)
        return (text.encode(), command) if len(text) < limits.MAX_MESSAGE_BYTES // 4 else sent

    @rule(target=wire, sent=wire, field=_FIELDS, value=_VALUES)
    def gets_a_field_wrong(self, sent: Sent, field: str, value: Any) -> Sent:
        fields = self._fields(sent[0])
        return sent if fields is None else (json.dumps({**fields, field: value}).encode(), None)

    @rule(target=wire, sent=wire, at=st.integers(0, 500), junk=st.binary(max_size=3))
    def is_garbled(self, sent: Sent, at: int, junk: bytes) -> Sent:
        data = sent[0]
        at %= len(data) + 1
        return data[:at] + junk + data[at + 1 :], None

    @rule(sent=wire)
    def is_read(self, sent: Sent) -> None:
        data, expected = sent
        found = codec.id_of(data)
        try:
            command = codec.decode_command(data)
        except BadRequest as error:
            require(expected is None, f"what is right is read: {error.message}")
            answer = Error(found, error.code, error.message, error.detail)
            require(codec.decode_message(codec.encode(answer)) == answer, "the error arrives")
            return
        require(expected in (None, command), "it is read as it was meant")
        require(found == command.id, "who sent it gets the answer")
        require(codec.decode_command(codec.encode(command)) == command, "it can be passed on")
        done = Done(command.id, {"by": getattr(command, "by", None)})
        require(codec.decode_message(codec.encode(done)) == done, "the answer arrives")

    @rule(sent=wire)
    def lacks_its_end(self, sent: Sent) -> None:
        if sent[1] is None:
            return
        try:
            codec.decode_command(sent[0][:-1])
        except BadRequest:
            return
        raise AssertionError("half a message is none")

    @staticmethod
    def _fields(data: bytes) -> dict[str, Any] | None:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

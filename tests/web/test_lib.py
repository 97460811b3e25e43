"""The modules below `lib/`, called one by one in the browser that runs them."""

from __future__ import annotations

import re

import pytest

from tests.protocol.test_patch import EXAMPLES
from tests.web.conftest import Call
from tests.web.source import string_keys

pytestmark = pytest.mark.browser

LANGUAGES = 2


# --- patch ----------------------------------------------------------------------------------------

PATCHES = [
    *EXAMPLES,
    ({"a": "foo"}, "bar", "bar"),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
]


async def test_a_patch_is_merged(call: Call) -> None:
    merged = await call(
        "store",
        "({merge}, cases) => cases.map(([target, patch]) => merge(target, patch))",
        [[target, patch] for target, patch, _ in PATCHES],
    )
    assert merged == [whole for _, _, whole in PATCHES]


async def test_what_a_patch_does_not_name_is_the_same_object(call: Call) -> None:
    same = """({merge}) => {
        const old = {a: {x: 1}, b: {y: 1}};
        const merged = merge(old, {b: {y: 2}});
        return [merged.a === old.a, merged.b === old.b, old.b.y];
    }"""
    assert await call("store", same) == [True, False, 1]


async def test_no_name_in_a_patch_reaches_the_prototype(call: Call) -> None:
    script = """({merge}) => {
        merge({}, JSON.parse('{"__proto__": {"reached": 1}, "constructor": {"reached": 1}}'));
        return [({}).reached, Object.reached].map(String);
    }"""
    assert await call("store", script) == ["undefined", "undefined"]


# --- store ----------------------------------------------------------------------------------------


async def test_watchers_are_told_of_what_changed_alone(call: Call) -> None:
    script = """({Store}) => {
        const store = new Store(), told = [];
        const end = store.watch((view) => view.volume, (volume) => told.push(volume));
        store.snapshot({revision: 7, state: {volume: 1, name: "a"}});
        store.change({revision: 8, patch: {name: "b"}});
        store.change({revision: 9, patch: {volume: 2}});
        end();
        store.change({revision: 10, patch: {volume: 3}});
        return told;
    }"""
    assert await call("store", script) == [1, 2]


async def test_a_change_that_was_missed_is_noticed(call: Call) -> None:
    script = """({Store}) => {
        const store = new Store();
        const change = (revision) => store.change({revision, patch: {n: revision}});
        const early = change(8);
        store.snapshot({revision: 7, state: {n: 7}});
        return [early, change(7), store.view.n, change(9), store.view.n, change(8), store.view.n];
    }"""
    assert await call("store", script) == [False, True, 7, False, 7, True, 8]


async def test_a_guess_is_seen_and_taken_back(call: Call) -> None:
    script = """({Store}) => {
        const store = new Store(), told = [];
        store.watch((view) => view.volume.percent, (percent) => told.push(percent));
        store.snapshot({revision: 1, state: {volume: {percent: 10, muted: false}}});
        const refused = store.guess({volume: {percent: 90}});
        refused();
        const carriedOut = store.guess({volume: {percent: 30}});
        store.change({revision: 2, patch: {volume: {percent: 30}}});
        carriedOut();
        carriedOut();
        return [told, store.view.volume];
    }"""
    told, volume = await call("store", script)
    assert told == [10, 90, 10, 30]
    assert volume == {"percent": 30, "muted": False}


# --- clock ----------------------------------------------------------------------------------------


async def test_the_shortest_exchange_tells_the_clock(call: Call) -> None:
    script = """({Clock}) => {
        let now = 1;
        const clock = new Clock(() => now), unknown = [clock.offsetUs, clock.nowUs()];
        clock.add(0, 5500, 5600, 10000);
        clock.add(0, 5010, 5011, 21);
        clock.add(0, 9000, 9000, 90000);
        clock.add(100, 0, 500, 50);  // took less than no time: not believed
        now = 2;
        const known = [clock.offsetUs, clock.nowUs()];
        clock.forget();
        return [unknown, known, clock.nowUs()];
    }"""
    unknown, known, forgotten = await call("clock", script)
    assert unknown == [None, None]
    assert known == [5000, 7000]
    assert forgotten is None


async def test_the_position_runs_with_the_clock_and_within_the_item(call: Call) -> None:
    script = """({positionAt}) => {
        const anchor = {item: "1", position_ms: 1000, at_us: 5_000_000, rate: 1};
        return [
            positionAt(anchor, 7_000_000),
            positionAt({...anchor, rate: 0}, 7_000_000),
            positionAt(anchor, 7_000_000, 2500),
            positionAt(anchor, 0),
            positionAt(anchor, null),
            positionAt(null, 7_000_000),
        ];
    }"""
    assert await call("clock", script) == [3000, 1000, 2500, 0, 1000, 0]


# --- what is sent, and when -----------------------------------------------------------------------


async def test_the_newest_value_is_sent_and_one_at_a_time(call: Call) -> None:
    script = """async ({Latest}) => {
        const sent = [];
        let answer;
        const latest = new Latest((value) => {
            sent.push(value);
            return new Promise((resolve) => { answer = resolve; });
        }, 0);
        const done = latest.push(1);
        for (const value of [2, 3, 4]) latest.push(value);
        const before = [...sent];
        answer();
        while (sent.length < 2) await new Promise((resolve) => setTimeout(resolve));
        answer();
        await done;
        return [before, sent];
    }"""
    assert await call("latest", script) == [[1], [1, 4]]


async def test_the_wait_doubles_up_to_eight_seconds(call: Call) -> None:
    script = """({backoff}) => [1, 2, 3, 9, 1000].flatMap(
        (failures) => [backoff(failures, () => 0), backoff(failures, () => 1)])"""
    waits = await call("connection", script)
    assert waits == [250, 125, 500, 250, 1000, 500, 8000, 4000, 8000, 4000]


# --- connection -----------------------------------------------------------------------------------

SOCKETS = """
    const sockets = [];
    const open = (url) => {
        const socket = {url, sent: [], closed: false};
        socket.send = (text) => socket.sent.push(JSON.parse(text));
        socket.close = () => { socket.closed = true; };
        socket.says = (message) => socket.onmessage?.({data: JSON.stringify(message)});
        sockets.push(socket);
        return socket;
    };
    const soon = () => new Promise((resolve) => setTimeout(resolve));
    const stranger = {type: "error", id: "", code: "unauthorized", message: "",
                      detail: {receiver: "r1", name: "Kitchen"}};
"""


async def test_a_token_is_shown_when_it_is_asked_for(call: Call) -> None:
    script = f"""async ({{Connection}}) => {{
        {SOCKETS}
        const connection = new Connection("ws://x/v1/ws", (id) => `token of ${{id}}`, open);
        connection.start();
        const [socket] = sockets;
        socket.says(stranger);
        const [{{type, token, id}}] = socket.sent;
        socket.says({{type: "state", revision: 1, state: {{}}}});
        const early = connection.status;
        socket.says({{type: "done", id, result: {{role: "guest"}}}});
        return [type, token, socket.url, early, connection.status, connection.role];
    }}"""
    assert await call("connection", script) == [
        "auth", "token of r1", "ws://x/v1/ws", "connecting", "ready", "guest",
    ]  # fmt: skip


async def test_who_has_no_token_or_a_wrong_one_is_a_stranger(call: Call) -> None:
    script = f"""async ({{Connection}}) => {{
        {SOCKETS}
        const met = [];
        for (const token of [null, "revoked"]) {{
            const connection = new Connection("ws://x", () => token, open);
            connection.start();
            const socket = sockets.at(-1);
            socket.says(stranger);
            if (token) socket.says({{...stranger, id: socket.sent[0].id}});
            met.push([connection.status, connection.stranger.name, socket.closed]);
        }}
        return met;
    }}"""
    assert await call("connection", script) == [["stranger", "Kitchen", True]] * 2


async def test_a_command_survives_a_lost_connection(call: Call) -> None:
    script = f"""async ({{Connection}}) => {{
        {SOCKETS}
        const connection = new Connection("ws://x", () => null, open);
        const state = {{type: "state", revision: 1, state: {{}}}};
        let early = "";
        await connection.ask({{type: "pause"}}).catch((refusal) => {{ early = refusal.code; }});
        connection.start();
        sockets[0].says(state);
        const asked = connection.ask({{type: "pause"}});
        sockets[0].onclose();
        const lost = connection.status;
        connection.wake();
        sockets[1].says(state);
        const [first, again] = [sockets[0].sent[0], sockets[1].sent[0]];
        sockets[1].says({{type: "done", id: again.id, result: {{playback: "paused"}}}});
        return [early, lost, first, again, await asked, connection.role];
    }}"""
    early, lost, first, again, result, role = await call("connection", script)
    assert (early, lost, role) == ("offline", "lost", "owner")
    assert first == again
    assert len(first["id"]) >= 16, "a unique id, so it is done once"
    assert result == {"playback": "paused"}


async def test_a_refusal_carries_its_reason(call: Call) -> None:
    script = f"""async ({{Connection}}) => {{
        {SOCKETS}
        const connection = new Connection("ws://x", () => null, open);
        connection.start();
        sockets[0].says({{type: "state", revision: 1, state: {{}}}});
        const asked = connection.ask({{type: "seek", by_ms: 1}});
        sockets[0].says({{type: "error", id: sockets[0].sent[0].id, code: "not_seekable",
                         message: "It is live.", detail: {{a: 1}}}});
        return asked.catch(({{code, message, detail}}) => [code, message, detail]);
    }}"""
    assert await call("connection", script) == ["not_seekable", "It is live.", {"a": 1}]


# --- words ----------------------------------------------------------------------------------------


async def test_what_an_item_is_called(call: Call) -> None:
    items = [
        {"url": "http://x/a.ogg", "tags": {"title": "Night"}},
        {"url": "http://x/On%20the%20road.ogg", "tags": {}},
        {"url": "http://radio.example/", "tags": {}},
        {"url": "http://x/%E2%80%AEevil%0A.ogg", "tags": {}},
        {"url": "http://x/%ff.ogg", "tags": {}},
        {"url": "nonsense", "tags": {}},
    ]
    named = await call("text", "({titleOf}, items) => items.map(titleOf)", items)
    assert named[:4] == ["Night", "On the road", "radio.example", "evil"]
    assert named[4:] == ["http://x/%ff.ogg", "nonsense"]


async def test_lengths_in_figures_and_in_words(call: Call) -> None:
    lengths = [0, 59_999, 245_000, 3_723_000]
    script = "({lengthText, lengthSpoken}, all) => [all.map(lengthText), all.map(lengthSpoken)]"
    assert await call("text", script, lengths) == [
        ["0:00", "0:59", "4:05", "1:02:03"],
        ["0 seconds", "59 seconds", "4 minutes, 5 seconds", "1 hour, 2 minutes, 3 seconds"],
    ]


async def test_every_string_is_there_in_every_language(call: Call) -> None:
    rows = await call("../open", "({STRINGS}) => STRINGS")
    assert list(rows) == string_keys()
    for key, row in rows.items():
        assert len(row) == LANGUAGES, key
        assert all(forms(text) for text in row), key
        assert len({names(text) for text in row}) == 1, f"{key}: not the same {{names}}"
        assert len({isinstance(text, str) for text in row}) == 1, f"{key}: one has a plural"


def forms(text: str | dict[str, str]) -> list[str]:
    """The wordings of a string: one, or one for each plural. None where one is blank."""
    found = [text] if isinstance(text, str) else list(text.values())
    return found if all(form.strip() for form in found) else []


def names(text: str | dict[str, str]) -> frozenset[str]:
    """What is put into a string."""
    return frozenset(name for form in forms(text) for name in re.findall(r"\{(\w+)\}", form))

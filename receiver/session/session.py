"""The session: a queue, the track at hand, what follows it, the volume, and what is wrong.

Pure: every call takes the instant, and returns effects. No await, no I/O, no clock of its own.
What is possible in which state stands in `table.py`; this file says what it means.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from msgspec.structs import asdict

from receiver.errors import NoDevice, NothingPlaying, TonearmError, Unplayable, error_from_code
from receiver.model import reports
from receiver.model.state import Entry, Output, Problem, ReceiverInfo, SessionState, State
from receiver.protocol import commands as c
from receiver.protocol.limits import MAX_PLAYLIST_DEPTH
from receiver.session.deck import Deck
from receiver.session.edits import Edit, edit, new_items
from receiver.session.effects import Answer, Effect, Token
from receiver.session.history import History
from receiver.session.identity import Identity
from receiver.session.learning import learn
from receiver.session.lookahead import LookAhead, is_near_its_end
from receiver.session.loudness import Loudness
from receiver.session.queue import Queue
from receiver.session.table import changes_something

RESTART_MS = 3000.0
"""From here on, `previous` goes to the start of the item and not to the one before."""
MOST_FAILURES = 5
"""Items in a row that cannot be played; then it is not the items."""


class Session:
    """What is being played on this receiver. One task owns it."""

    def __init__(
        self,
        receiver: ReceiverInfo,
        session_id: str,
        loudness: Loudness,
        output: Output,
        history: History,
        new_id: Callable[[], str] = lambda: f"i-{secrets.token_hex(6)}",
        seed: Callable[[], int] = lambda: secrets.randbits(64),
    ) -> None:
        """`new_id` gives ids to items, `seed` numbers to shuffle by."""
        self.receiver = receiver
        """Who plays it."""
        self.loudness = loudness
        self.output = output
        self.problem: Problem | None = None
        """What is wrong now, but for the device."""
        self._no_device: Problem | None = None
        self._awaited: Problem | None = None
        """What it was that a comeback had to wait for, if anything."""
        self.identity = Identity(session_id)
        self.queue = Queue(seed)
        self.history = history
        self.deck = Deck(self.queue, history, self._done)
        self._ahead = LookAhead()
        self._new_id = new_id
        self._failures = 0
        self._depths: dict[str, int] = {}
        """How many playlists deep an item was found, if in any."""

    # --- what it is -------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state as controllers see it."""
        return State(
            receiver=self.receiver,
            session=SessionState(
                self.identity.id,
                self.identity.epoch,
                playback=self.deck.playback,
                item=self.deck.item,
                anchor=self.deck.place.anchor,
                queue=self.queue.state,
            ),
            volume=self.loudness.state,
            output=self.output,
            problem=self._no_device or self.problem,
            history=self.history.state,
        )

    @property
    def track(self) -> int:
        """Number of the track at hand; reports of others are stale, but for what is made ready."""
        return self.deck.track

    def begin(self) -> list[Effect]:
        """What a fresh engine must be told."""
        return self.loudness.begin()

    @property
    def wake_at(self) -> float:
        """The instant at which `tick` is due; infinite when there is nothing to wait for."""
        return min(self.deck.comeback.at, self.loudness.wake_at)

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        return [*self.loudness.tick(now), *self.deck.tick(now)]

    # --- commands ---------------------------------------------------------------------------

    def command(self, command: c.Command, token: Token, now: float) -> list[Effect]:
        """Carry out one command. It is answered by one `Answer` or `AnswerPlay`, now or later."""
        try:
            if not changes_something(self.deck.playback, command):
                return [self._done(token)]
            effects = self._carry_out(command, token, now)
            return [*effects, *self.look_ahead(now)]
        except TonearmError as error:
            return [Answer(token, error)]

    def _carry_out(self, command: c.Command, token: Token, now: float) -> list[Effect]:
        deck = self.deck
        match command:
            case c.Play() | c.Next() | c.Previous() | c.QueueJump():
                return self._choose(command, token, now)
            case c.Pause():
                return [*self._set_paused(True, now), self._done(token)]
            case c.Resume() | c.Toggle():
                if deck.item is None:
                    return self._go_on(self._where_it_was(), token, now)
                paused = isinstance(command, c.Toggle) and not deck.paused
                return [*self._set_paused(paused, now), self._done(token)]
            case c.Stop():
                return [*self.let_go(), self._done(token)]
            case c.Seek():
                return deck.seek(command, token, now)
            case c.SetVolume() | c.Mute():
                return [*self.loudness.wish(command), self._done(token)]
            case c.HistoryList(offset=offset, count=count):
                return [Answer(token, self.history.page(offset, count))]
            case _ if isinstance(command, Edit):
                return self._edit(command, token, now)
            case _:
                return [self._done(token)]

    def _choose(
        self, command: c.Play | c.Next | c.Previous | c.QueueJump, token: Token, now: float
    ) -> list[Effect]:
        """Play another item, or the same from its start."""
        match command:
            case c.Play():
                return self._play_only(command, token, now)
            case c.Next():
                return self._go_on(self.queue.after(), token, now)
            case c.Previous():
                return self._go_back(token, now)
            case c.QueueJump(item=item, position_ms=position_ms):
                self.queue.go_to(item)
                return self._start(token, now, position_ms)

    def _play_only(self, command: c.Play, token: Token, now: float) -> list[Effect]:
        items = new_items(command.entries, command.by, self._new_id)
        self.queue.clear()
        self.queue.add(items)
        self.queue.go_to(items[0].id)
        return self._start(token, now, command.position_ms, paused=command.paused)

    def _go_on(self, item: str | None, token: Token, now: float) -> list[Effect]:
        """Play an item, on command; with none, all is over."""
        if item is None and not self.queue:
            raise NothingPlaying("The queue is empty. Cast something first.")
        self.queue.go_to(item)
        if item is None:
            return [*self.let_go(), self._done(token)]
        return self._start(token, now)

    def _where_it_was(self) -> str | None:
        """What a stopped queue goes on with."""
        return self.queue.current.id if self.queue.current else self.queue.after()

    def _go_back(self, token: Token, now: float) -> list[Effect]:
        before, deck = self.queue.before(), self.deck
        if deck.item is not None and (before is None or deck.position(now) > RESTART_MS):
            return self._start(token, now)
        return self._go_on(before or self.queue.after(), token, now)

    def _start(
        self, token: Token, now: float, position_ms: float = 0.0, *, paused: bool = False
    ) -> list[Effect]:
        """Play the current item of the queue, on command."""
        self._failures, self.problem = 0, None
        self._ahead.clear()
        return self.deck.start(token, now, position_ms, paused=paused)

    def _set_paused(self, paused: bool, now: float) -> list[Effect]:
        if not self.deck.opened:
            self.problem = None  # it was about the restart, or why nothing is heard yet
        return self.deck.set_paused(paused, now)

    def let_go(self) -> list[Effect]:
        """Nothing plays, and nothing is to follow, any more."""
        self.problem = None
        self._ahead.clear()
        return self.deck.let_go()

    def _edit(self, command: Edit, token: Token, now: float) -> list[Effect]:
        played = self.deck.item
        edited = edit(self.queue, command, self._new_id)
        effects: list[Effect] = []
        if played is not None and self.queue.current is None:
            effects = self._follow(edited.heir, now)
        return [*effects, Answer(token, edited.result)]

    def _done(self, token: Token) -> Answer:
        anchor = self.deck.place.anchor
        result: dict[str, Any] = {"playback": self.deck.playback}
        if anchor is not None:
            result["position_ms"] = anchor.position_ms
        result["volume"] = asdict(self.loudness.state)
        return Answer(token, result)

    # --- reports ----------------------------------------------------------------------------

    def report(self, report: reports.Report, now: float) -> list[Effect]:
        """Take in what the engine or a source says. Reports of stale tracks change nothing."""
        match report:
            case reports.Device() | reports.VolumeMoved() | reports.Died():
                return self._speaker_report(report, now)
            case reports.Pong() | reports.Want() | reports.Taken() | reports.Stuck():
                return []
            case reports.Devices() | reports.Chosen():
                return []
            case reports.Health():
                return self.look_ahead(now)
            case reports.Fetched(track=track):
                self._ahead.fetched = max(self._ahead.fetched, track)
                return self.look_ahead(now)
            case reports.Joined(track=track, heard_at=heard_at):
                return self._joined(track, heard_at, now)
        item = self.deck.item
        if item is None:
            return []
        if report.track == self._ahead.track and self._ahead.item is not None:
            return self._ahead_report(self._ahead.item, report, now)
        if report.track != self.deck.track:
            return []
        learn(self.queue, self.history, item.id, report)
        return [*self._track_report(report, now), *self.look_ahead(now)]

    def _ahead_report(self, item: str, report: reports.Report, now: float) -> list[Effect]:
        """What is said of the item that is made ready."""
        match report:
            case reports.Failed():
                self._ahead.give_up()
            case reports.Listed(entries=entries):
                try:
                    self._expand(item, entries)
                except TonearmError:
                    self._ahead.give_up()
                return self.look_ahead(now)
            case _:
                learn(self.queue, self.history, item, report)
        return []

    def _track_report(self, report: reports.Report, now: float) -> list[Effect]:
        match report:
            case reports.Ended():
                self._failures = 0
                return [*self.deck.over(), *self.go_on(now)]
            case reports.Failed(code=code, message=message, detail=detail):
                return self._failed(code, message, detail, now)
            case reports.Listed(entries=entries):
                return self._play_list(entries, now)
            case reports.Sounding():
                self._failures = 0
                if self.problem is self._awaited:
                    self.problem = None
        return self.deck.report(report, now)

    # --- playlists --------------------------------------------------------------------------

    def _play_list(self, entries: list[Entry], now: float) -> list[Effect]:
        """The track at hand is a playlist: play its first item, for whoever waits."""
        deck = self.deck
        assert deck.item is not None
        try:
            self._expand(deck.item.id, entries)
        except TonearmError as error:
            return self._failed(error.code, error.message, error.detail, now)
        return deck.start(deck.waiting.hand_on(), now, paused=deck.paused)

    def _expand(self, item: str, entries: list[Entry]) -> None:
        """Put what a playlist names in its place. Raises `Unplayable`, `BadRequest`."""
        depth = self._depths.pop(item, 0) + 1
        if depth > MAX_PLAYLIST_DEPTH:
            raise Unplayable(
                f"Playlists in playlists, more than {MAX_PLAYLIST_DEPTH} deep: not played."
            )
        listed = self.queue.item(item)
        assert listed is not None
        items = new_items(entries, listed.added_by, self._new_id)
        self.queue.replace(item, items)
        self._depths = {known: d for known, d in self._depths.items() if self.queue.item(known)}
        self._depths |= {new.id: depth for new in items}

    # --- what follows -----------------------------------------------------------------------

    def go_on(self, now: float) -> list[Effect]:
        """The item at hand is over: what follows it plays."""
        return self._follow(self.queue.upcoming(), now)

    def _follow(self, item: str | None, now: float) -> list[Effect]:
        """Go on by itself with another item, or, without one, stop."""
        self.queue.go_to(item)
        paused = self.deck.paused
        self.problem = None
        self._ahead.clear()
        return self.deck.let_go() if item is None else self.deck.start(None, now, paused=paused)

    def look_ahead(self, now: float) -> list[Effect]:
        """Have the follower opened if it is time to."""
        deck, follower = self.deck, None
        crossfade_ms = self.queue.crossfade_ms
        steady = deck.opened and deck.playback in ("playing", "paused")
        steady = steady and not deck.waiting.seeking
        item = deck.item if steady else None
        fetched = self._ahead.fetched >= deck.track
        if item is not None and is_near_its_end(item, deck.position(now), crossfade_ms, fetched):
            follower = self.queue.item(self.queue.upcoming())
        return self._ahead.want(follower, crossfade_ms, deck.new_track)

    def _joined(self, track: int, heard_at: float, now: float) -> list[Effect]:
        """What was made ready sounds. Not wanted any more, it came too late, or before a play."""
        if track != self._ahead.track:
            return self.go_on(now) if self.deck.item and track > self.deck.track else []
        self.queue.go_to(self._ahead.item)
        self._ahead.clear()
        self._failures, self.problem = 0, None
        return self.deck.join(track, heard_at, now)

    def _failed(self, code: str, message: str, detail: dict[str, Any], now: float) -> list[Effect]:
        """The item is over; whoever waits is told why, and so is everybody else. The next one in
        the queue is played, unless too many have failed. What comes back after a restart is waited
        for.
        """
        answers = self.deck.waiting.failed(error_from_code(code, message, detail))
        patience = self.deck.waits_for_more(code, detail, now)
        if patience is not None:
            will = "" if self.deck.paused else " It is tried again until it plays."
            self._awaited = self.problem = Problem(code, message + will)
            return [*patience, *answers]
        self._failures += 1
        following = self.queue.after()
        if self._failures >= MOST_FAILURES:
            following = None
            message = f"{MOST_FAILURES} items in a row could not be played; the last: {message}"
        effects = self._follow(following, now)
        self.problem = Problem(code, message)
        return [*effects, *answers]

    # --- the device and the engine ----------------------------------------------------------

    def _speaker_report(self, report: reports.Report, now: float) -> list[Effect]:
        """What is said of the device or of the engine, not of a track."""
        match report:
            case reports.Device(output=output, problem=why):
                self.output = output
                self._no_device = None if why is None else Problem(NoDevice.code, why)
            case reports.VolumeMoved(gain=gain, muted=muted):
                return self.loudness.follow(gain, muted)
            case reports.Died():
                return self._died(report, now)
        return []

    def _died(self, report: reports.Died, now: float) -> list[Effect]:
        """The audio process died: of what it played, which is not tried again, or of the device, or
        of what it made ready. That is suspected first: the item at hand has played well until now,
        and goes on; what was to follow is tried once more, alone, when it is its turn.
        """
        again = self.loudness.begin()
        if report.device and self._no_device is None:  # the next process tells when it has loaded
            why = "The sound device failed while it was in use; it is opened anew."
            self._no_device = Problem(NoDevice.code, why)
        if not self.deck.opened:
            return again
        if self._no_device is not None:
            self._ahead.clear()
        elif self._ahead.item is not None:
            self._ahead.give_up()
        else:
            why = f"The decoder died while it played this ({report.reason}); it is not tried again."
            return [*again, *self._failed("unplayable", why, {"reason": report.reason}, now)]
        return [*again, *self.deck.reload(now)]

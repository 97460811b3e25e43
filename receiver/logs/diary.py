"""What happens to the receiver, told in sentences: each state is compared with the one before."""

from __future__ import annotations

import logging

from receiver.clock.base import Clock
from receiver.logs.redact import address_shown
from receiver.model.state import Item, Output, Peer, SessionState, State, Volume

log = logging.getLogger(__name__)


class Diary:
    """Writes one line for each event that people may want to know of. A change of the volume is
    none: there would be too many. Event loop only.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before: State | None = None
        self._waits_since: float | None = None

    def follow(self, state: State) -> None:
        """Tell what is new in `state`, which came after the one before."""
        before, self._before = self._before, state
        if before is None or before is state:
            return
        if state.output is not before.output:
            self._device(before.output, state.output)
        if state.problem is not before.problem:
            self._trouble(before, state)
        if state.volume.cap_until != before.volume.cap_until:
            self._night(state.volume)
        if state.session is not before.session:
            self._session(before, state)
        if state.peers is not before.peers:
            self._house(before.peers, state.peers)

    # --- the device -------------------------------------------------------------------------

    def _device(self, before: Output, output: Output) -> None:
        if (output.device, output.rate) != (before.device, before.rate) and output.rate:
            log.info(
                "The sound device is open: %s (%s), %d Hz, %d channels, %.0f ms buffer.",
                output.device, output.backend, output.rate, output.channels, output.buffer_ms,
            )  # fmt: skip
        elif output.buffer_ms > before.buffer_ms:
            log.warning(
                "The buffer of the sound device was made larger: %.0f ms now, %.0f ms before.",
                output.buffer_ms, before.buffer_ms,
            )  # fmt: skip
        if output.underruns > before.underruns:
            log.warning("The sound device ran dry (%d since the start).", output.underruns)

    def _trouble(self, before: State, state: State) -> None:
        problem, was = state.problem, before.problem
        if problem is None:
            if was is not None and was.code == "no_device":
                log.info("The sound device is back: %s.", state.output.device)
            return
        if problem == was and state.session.item is before.session.item:
            return
        failed = before.session.item
        if failed is None or _id(state.session) == failed.id:
            log.warning("%s", problem.message)
        else:
            log.warning("%s is not played: %s", label(failed), problem.message)

    @staticmethod
    def _night(volume: Volume) -> None:
        if volume.cap_until is None:
            log.info("The night is over: the volume may be up to %d %% again.", volume.cap)
        else:
            log.info("Night: the volume is at most %d %% until %s.", volume.cap, volume.cap_until)

    # --- the session ------------------------------------------------------------------------

    def _session(self, earlier: State, state: State) -> None:
        before, session = earlier.session, state.session
        if session.id != before.id:
            self._moved(earlier, state)
        item, playback = session.item, session.playback
        same = _id(session) == _id(before)
        if playback == before.playback and same:
            return
        if item is None:
            if before.playback in ("playing", "buffering", "paused") and session.id == before.id:
                log.info("Nothing plays any more.")
            self._waits_since = None
        elif playback == "playing":
            self._plays(before, item, same=same)
        elif playback == "buffering" and before.playback == "playing" and same:
            self._waits_since = self._clock.now()
            log.warning("%s is interrupted: its stream comes too slowly.", label(item))
        elif playback == "paused" and same and before.playback == "playing":
            log.info("Paused: %s.", label(item))

    def _plays(self, before: SessionState, item: Item, *, same: bool) -> None:
        if same and self._waits_since is not None:
            waited = self._clock.now() - self._waits_since
            log.info("%s goes on after %.1f s.", label(item), waited)
        elif same and before.playback == "paused":
            log.info("Goes on: %s.", label(item))
        else:
            by = f", added by {item.added_by}" if item.added_by else ""
            log.info("Playing %s from %s%s.", label(item), address_shown(item.url), by)
        self._waits_since = None

    def _moved(self, before: State, state: State) -> None:
        if state.session.epoch > 0:
            log.info("The music of %s goes on here.", _holder(before, state.session.id))
        elif before.session.item is not None:
            there = _holder(state, before.session.id)
            log.info("%s goes on at %s.", label(before.session.item), there)
        self._waits_since = None

    # --- the house --------------------------------------------------------------------------

    def _house(self, before: dict[str, Peer], peers: dict[str, Peer]) -> None:
        for name, peer in peers.items():
            was = before.get(name)
            if peer.connected and (was is None or not was.connected):
                log.info("%s (%s) is connected.", peer.name, peer.host)
            elif was is not None and was.connected and not peer.connected:
                log.info("%s (%s) is gone.", peer.name, peer.host)


def label(item: Item) -> str:
    """What people call it: artist and title, or the name of the file. Text from strangers."""
    tags = item.tags
    known = " - ".join(part for part in (tags.artist, tags.title) if part)
    return known or address_shown(item.url).rpartition("/")[2] or address_shown(item.url)


def _holder(state: State, session: str) -> str:
    """The name of the peer that has this session."""
    peers = (p for p in state.peers.values() if p.session is not None and p.session.id == session)
    return next((peer.name for peer in peers), "another receiver")


def _id(session: SessionState) -> str | None:
    return None if session.item is None else session.item.id

"""One receiver that is served every fault, and what is seen of it."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from controller.client import Client
from receiver.errors import TonearmError
from tests.hostile import memory
from tests.hostile.catalogue import FAULTS
from tests.hostile.fault import Fault, Material, Row
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess

ANSWER_S = 1.0
"""Within which control answers, whatever it is served."""
GOOD_S = 5.0
"""Within which a good file plays after it."""
GROWTH = 24 << 20
"""Bytes by which either process may grow over a bad stream."""
WEEK_MS = 7 * 24 * 3600 * 1000


class Trial:
    """A receiver on the mock sink, a controller of it, and a server for what is bad and good."""

    def __init__(
        self, receiver: ReceiverProcess, client: Client, server: HttpServer, material: Material
    ) -> None:
        self.receiver = receiver
        self.client = client
        self.material = material
        self._server = server
        self._good = server.serve("/good.ogg", Serving(material.good))
        self._long = server.serve("/long.ogg", Serving(material.long))

    async def begin(self) -> None:
        """Play what is good once, so that all is loaded."""
        await self.client.play(self._good)

    async def serve(self, fault: Fault) -> Row:
        """Have one fault played."""
        control, audio = self.receiver.process.pid, self.receiver.audio_pid
        for pid in (control, audio):
            memory.forget_peak(pid)
        before = [memory.peak(pid) for pid in (control, audio)]
        url = self._server.serve("/bad.ogg", fault.served(self.material))
        seen = await self._play(url, fault.within_s)
        complaints = await self._complaints()
        if self.receiver.audio_pid != audio:
            complaints.append("the audio process died")
        else:
            grown = max(memory.peak(p) - b for p, b in zip((control, audio), before, strict=True))
            if grown > GROWTH:
                complaints.append(f"takes {grown >> 20} MB")
        told = ", ".join([seen, *complaints])
        ok = seen in fault.expected and not complaints
        return Row(f"{fault.kind}: {fault.name}", fault.expectation, told, ok)

    async def kill(self, number: signal.Signals) -> Row:
        """The audio process dies while it plays."""
        await self.client.play(self._long)
        os.kill(self.receiver.audio_pid, number)
        return await self._row_of_death(f"ends by {number.name}", await self._problem())

    async def starve(self) -> Row:
        """The audio process gets no more memory."""
        audio = self.receiver.audio_pid
        room = memory.address_space(audio)
        resource.prlimit(audio, resource.RLIMIT_AS, (room, room))
        return await self._row_of_death("gets no memory", await self._play(self._long, GOOD_S))

    async def _row_of_death(self, name: str, seen: str) -> Row:
        told = [seen, *await self._complaints()]
        said = ", ".join(told)
        return Row(f"audio process: it {name}", "unplayable", said, said == "unplayable")

    async def _problem(self) -> str:
        """The code of the problem that everybody is told of."""
        async with asyncio.timeout(GOOD_S):
            async for state in self.client.changes():
                if state.problem is not None:
                    return state.problem.code
        return "nothing"

    async def _play(self, url: str, within_s: float) -> str:
        """What becomes of a play within so many seconds."""
        try:
            async with asyncio.timeout(within_s):
                await self.client.play(url)
        except TimeoutError:
            return "waits"
        except TonearmError as error:
            return error.code
        return "plays"

    async def _complaints(self) -> list[str]:
        """What is not as it should be after a fault."""
        complaints = []
        if self.receiver.process.poll() is not None:
            return ["control died"]
        try:
            async with asyncio.timeout(ANSWER_S):
                state = await self.client.status()
        except TimeoutError:
            return ["control does not answer"]
        if (state.output.level_dbfs or -99.0) > 0.0:
            complaints.append("louder than full scale")
        if state.session.item is not None and (state.session.item.duration_ms or 0.0) > WEEK_MS:
            complaints.append("of absurd length")
        after = await self._play(self._good, GOOD_S)
        if after != "plays":
            complaints.append(f"then a good file: {after}")
        return complaints


@asynccontextmanager
async def trial(folder: Path) -> AsyncIterator[Trial]:
    """One that is ready, with its files in `folder`."""
    material = await asyncio.to_thread(Material, folder)
    process = ReceiverProcess(folder, "--audio", "mock", "--name", "Kitchen")
    async with HttpServer() as server:
        with process as receiver:
            async with Client("127.0.0.1", receiver.port) as client:
                made = Trial(receiver, client, server, material)
                await made.begin()
                yield made


async def rows(faults: Iterable[Fault] = FAULTS) -> AsyncIterator[Row]:
    """The table of the faults of media, row by row."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        async with trial(Path(folder)) as made:
            for fault in faults:
                yield await made.serve(fault)
            for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
                yield await made.kill(number)
            yield await made.starve()

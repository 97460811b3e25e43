"""The files of this computer that a cast has put into a queue."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from controller import lent
from controller.client import Client
from controller.file_server import FileServer
from controller.wanted import Wanted
from receiver.model.state import Item
from receiver.protocol.commands import Entry


class Lending:
    """Knows which items of the queue are served here, and takes them back in the end."""

    def __init__(self, client: Client, server: FileServer | None) -> None:
        """`server`, which is entered already, lends the files; None: there are none."""
        self._client = client
        self._files = server.files if server is not None else []
        self._by_url = {file.url: file for file in self._files}
        if self._files:
            lent.remember({file.url: file.path for file in self._files})

    def entries(self, wanted: Sequence[Wanted]) -> list[Entry]:
        """Entries for the queue; the files among them are those that are lent, in their order."""
        files = iter(self._files)
        urls = [next(files).url if one.is_file else one.what for one in wanted]
        return [
            msgspec.convert(one.entry(url), Entry) for one, url in zip(wanted, urls, strict=True)
        ]

    def name_of(self, url: str) -> str:
        """What the user calls the thing at `url`."""
        return self._by_url[url].path if url in self._by_url else url

    def lends(self, item: Item | None) -> bool:
        """Whether an item is a file of this computer."""
        return item is not None and item.url in self._by_url

    def needed_for(self, item: Item | None) -> bool:
        """Whether the receiver still wants bytes of an item from here."""
        return item is not None and self.lends(item) and not self._by_url[item.url].fetched

    async def take_back(self) -> int:
        """Take what will not be served any more out of the queue, all but what plays, and return
        how much of it was still to come. Raises `TonearmError`.
        """
        if not self._files:
            return 0
        state, items = self._client.state.session, await self._client.queue.items()
        current = state.item.id if state.item is not None else None
        gone = {item.id for item in items if self.lends(item) and item.id != current}
        await self._client.queue.remove(gone)
        behind = items if state.queue.index is None else items[state.queue.index + 1 :]
        return len(gone & {item.id for item in behind}) if current is not None else 0

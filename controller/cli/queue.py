"""`tonearm queue`: the queue, shown and edited by numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from controller.cli.arguments import Arguments
from controller.cli.elsewhere import hint
from controller.cli.myself import signed
from controller.cli.named import wanted
from controller.cli.text import clock_time, counted, label, queue_words
from controller.cli.values import parse_number, parse_numbers
from controller.known import Memory
from controller.locate import Located, locate
from controller.parts import Listing, Place, parts, parts_to_add
from receiver.errors import BadRequest
from receiver.protocol.limits import MAX_QUEUE

EMPTY = "The queue is empty"


def queue(arguments: Arguments) -> int:
    """Show the queue, or edit it and say what came of it."""
    entries = _entries(arguments.what) if arguments.edit == "add" else []
    located = locate(arguments.device, Memory())
    match arguments.edit:
        case None | "ls":
            listing = read(located)
            if not listing.items and not arguments.json:
                print(f"{EMPTY}. {told}" if (told := hint(located)) else EMPTY)
            for row in _as_json(listing) if arguments.json else _as_text(listing):
                print(row)
            return 0
        case "save":
            from controller.cli.save import save  # noqa: PLC0415 - it loads the writers

            return save(arguments, read(located))
        case "add":
            idle = located.status["state"]["session"]["playback"] == "idle"
            result, told = _add(arguments, located, entries, idle)
        case _:
            result, told = _edit(arguments, located)
    print(json.dumps(result) if arguments.json else told)
    return 0


def read(located: Located) -> Listing:
    """The whole queue. Raises `TonearmError`."""
    listing = Listing()
    while not listing.complete:
        listing.take(located.send("queue.list", listing.wanted))
    return listing


def _entries(names: list[str]) -> list[dict[str, Any]]:
    """Entries for what is named. Raises `BadRequest` where only this computer could serve it."""
    named = wanted(names)
    for one in named:
        if one.is_file:
            raise BadRequest(
                f"{one.what} is no URL, so only this computer could serve it:"
                " use `tonearm cast` for local files."
            )
    return [one.entry(one.what) for one in named]


def _add(
    arguments: Arguments, located: Located, entries: list[dict[str, Any]], idle: bool
) -> tuple[dict[str, Any], str]:
    """Add, and with `--play` begin with the first of it: the result, and that in words."""
    at, ids = _place(arguments), list[str]()
    for part, place in parts_to_add(entries, at, lambda entry: len(json.dumps(entry))):
        fields = {"items": part, "at": place, **signed()}
        new = located.send("queue.add", fields)["items"]
        ids = new + ids if at == "next" else ids + new
    result, told = {"items": ids}, f"Added {counted(len(ids))}"
    if arguments.play:
        result |= located.send("queue.jump", {"item": ids[0]})
    elif idle:
        told += "; nothing plays now: `tonearm resume` plays the queue"
    return result, told


def _edit(arguments: Arguments, located: Located) -> tuple[dict[str, Any], str]:
    """Carry out one edit: its result, and that in words."""
    match arguments.edit:
        case "rm":
            ids = _remove(located, arguments.numbers)
            return {"items": ids}, f"Removed {counted(len(ids))}"
        case "clear":
            return located.send("queue.clear"), EMPTY
    listing = read(located)
    item = listing.items[parse_number(arguments.number, len(listing.items))]
    if arguments.edit == "jump":
        return located.send("queue.jump", {"item": item["id"]}), f"Playing {_label(item)}"
    at = parse_number(arguments.to, len(listing.items))
    fields = {"item": item["id"], "at": at, "revision": listing.revision}
    return located.send("queue.move", fields), f"{at + 1}  {_label(item)}"


def _remove(located: Located, numbers: list[str]) -> list[str]:
    """Remove the items of these numbers, and return their ids."""
    listing = read(located)
    length = len(listing.items)
    chosen = {index for text in numbers for index in parse_numbers(text, length)}
    # The current item goes last, or what follows it would be heard until it goes as well.
    ordered = sorted(chosen, key=lambda index: (index == listing.index, index))
    ids = [listing.items[index]["id"] for index in ordered]
    for part in parts(ids, len):
        located.send("queue.remove", {"items": part})
    return ids


def _place(arguments: Arguments) -> Place:
    if arguments.at is not None:
        return parse_number(arguments.at, MAX_QUEUE)
    return "next" if arguments.next else "end"


def _label(item: dict[str, Any]) -> str:
    tags = item["tags"]
    return label(item["url"], tags["title"], tags["artist"])


def _as_text(listing: Listing) -> Iterator[str]:
    """A row for each item: its number, how long it is, and what it is."""
    if not listing.items:
        return
    durations = [item["duration_ms"] for item in listing.items]
    lengths = ["" if duration is None else clock_time(duration) for duration in durations]
    number_columns, columns = len(str(len(lengths))), max(map(len, lengths))
    for index, (item, length) in enumerate(zip(listing.items, lengths, strict=True)):
        mark = "*" if index == listing.index else " "
        yield f"{mark} {index + 1:{number_columns}}  {length:>{columns}}  {_label(item)}"
    words = queue_words(len(lengths), listing.index, listing.repeat, listing.shuffle)
    if words:
        yield words


def _as_json(listing: Listing) -> Iterator[str]:
    for index, item in enumerate(listing.items):
        shown = {key: item[key] for key in ("id", "url", "tags", "duration_ms", "added_by")}
        current = index == listing.index
        yield json.dumps({"index": index, "number": index + 1, **shown, "current": current})

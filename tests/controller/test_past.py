"""A history, read page by page."""

from __future__ import annotations

from typing import Any

from controller.past import Past
from receiver.model.state import Item
from receiver.session.history import History


def page(history: History, past: Past, count: int) -> dict[str, Any]:
    told = history.page(past.wanted["offset"], count)
    return {
        "items": [{"number": played.number} for played in told["items"]],
        "history": {"length": told["history"].length},
    }


def test_what_is_played_meanwhile_is_there_once() -> None:
    history, past = History(lambda: 0.0), Past()
    for number in range(5):
        history.heard(Item(f"i-{number}", "http://x/"), anew=True)
    while not past.complete:
        past.take(page(history, past, 2))
        history.heard(Item("more", "http://x/"), anew=True)
    numbers = [item["number"] for item in past.items]
    assert numbers == sorted(set(numbers), reverse=True)
    assert {2, 3, 4, 5} <= set(numbers)


def test_an_empty_one_is_complete_at_once() -> None:
    history, past = History(lambda: 0.0), Past()
    past.take(page(history, past, 2))
    assert past.complete
    assert past.items == []

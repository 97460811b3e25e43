"""Figures by measure and player, and the Markdown table of their medians."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class Results:
    """Every figure that was measured."""

    def __init__(self) -> None:
        self._figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, measure: str, player: str, figure: float) -> None:
        """One more figure."""
        self._figures[measure][player].append(figure)

    def median(self, measure: str, player: str) -> float | None:
        """None where nothing was measured."""
        figures = self._figures[measure][player]
        return statistics.median(figures) if figures else None

    def p95(self, measure: str, player: str) -> float | None:
        """The figure that 95 of 100 do not exceed (the largest, of fewer than twenty)."""
        figures = sorted(self._figures[measure][player])
        return figures[min(len(figures) - 1, int(0.95 * len(figures)))] if figures else None

    def best(self, measure: str, players: Sequence[str]) -> float | None:
        """The lowest median among `players`."""
        medians = [self.median(measure, player) for player in players]
        return min((median for median in medians if median is not None), default=None)

    def measures(self) -> list[str]:
        """In the order they came."""
        return [measure for measure, players in self._figures.items() if any(players.values())]


@dataclass(frozen=True)
class Budget:
    """What our figure of one measure must not exceed. `limit` may depend on the other figures of
    the run; None: it cannot be told from this run. `figure` is our median unless given.
    """

    measure: str
    limit: Callable[[Results], float | None]
    says: str
    figure: Callable[[Results], float | None] | None = None


def table(results: Results, players: Sequence[str], budgets: Sequence[Budget], ours: str) -> str:
    """One Markdown table: the median of each measure (and p95 of what was measured often), and
    whether ours keeps within its budget.
    """
    rows = [["", *players, "budget", "verdict"], ["---", *("--:" for _ in players), "---", "---"]]
    for measure in results.measures():
        cells = [_cell(results, measure, player) for player in players]
        own = [budget for budget in budgets if budget.measure == measure]
        limits = "; ".join(_limit(budget, results) for budget in own)
        rows.append([measure, *cells, limits, _verdict(own, results, ours)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def all_kept(results: Results, budgets: Sequence[Budget], ours: str) -> bool:
    """Whether ours keeps within every budget of what was measured, of anybody: where only others
    were heard, it does not.
    """
    measured = [budget for budget in budgets if budget.measure in results.measures()]
    return all(
        _kept(budget, results, ours) is not False and _figure(budget, results, ours) is not None
        for budget in measured
    )


def _cell(results: Results, measure: str, player: str) -> str:
    median, p95 = results.median(measure, player), results.p95(measure, player)
    if median is None or p95 is None:
        return ""
    return _number(median) if p95 == median else f"{_number(median)} ({_number(p95)})"


def _number(figure: float) -> str:
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def _limit(budget: Budget, results: Results) -> str:
    limit = budget.limit(results)
    return budget.says if limit is None else f"{budget.says}: {_number(limit)}"


def _verdict(budgets: Sequence[Budget], results: Results, ours: str) -> str:
    if any(_figure(budget, results, ours) is None for budget in budgets):
        return "**not heard**"
    verdicts = [kept for budget in budgets if (kept := _kept(budget, results, ours)) is not None]
    if not verdicts:
        return ""
    return "ok" if all(verdicts) else "**over**"


def _figure(budget: Budget, results: Results, ours: str) -> float | None:
    """Ours; None where there is none."""
    return budget.figure(results) if budget.figure else results.median(budget.measure, ours)


def _kept(budget: Budget, results: Results, ours: str) -> bool | None:
    """Whether ours keeps within it; None where that cannot be told from this run."""
    limit, figure = budget.limit(results), _figure(budget, results, ours)
    return None if limit is None or figure is None else figure <= limit

"""Findings on a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from receiver.model.health import VERDICTS, Finding
from receiver.model.sheet import WIDTH, in_words, sheet

WORDS = st.text(st.characters(codec="utf-8"), max_size=300)
NAMES = st.sampled_from(["clock", "temperature", "multicast"])
FINDINGS = st.lists(st.builds(Finding, NAMES, st.sampled_from(VERDICTS), WORDS, WORDS))


@given(FINDINGS)
def test_it_fits_and_commands_no_terminal(findings: list[Finding]) -> None:
    for line in sheet(findings):
        assert len(line) <= WIDTH
        assert line.isprintable()


@given(FINDINGS)
def test_the_worst_comes_first_and_none_is_left_out(findings: list[Finding]) -> None:
    told = [line[:4].strip() for line in sheet(findings) if not line.startswith(" ")]
    assert told == sorted((f.verdict for f in findings), key=lambda v: -VERDICTS.index(v))


def test_colour_is_only_on_the_verdict() -> None:
    (line,) = sheet([Finding("disk", "fail", "full")], colour=True)
    assert line == "\x1b[31mfail\x1b[0m  disk  full"


def test_long_advice_is_wrapped_below() -> None:
    *_, first, second = sheet([Finding("wifi", "warn", "It sleeps.", "word " * 20)])
    assert first.startswith("            -> word")
    assert second.startswith("               word")


def test_the_verdict_in_words() -> None:
    bad, odd, fine = (Finding(v, v, "") for v in reversed(VERDICTS))
    assert in_words([fine]) == "All is well."
    assert in_words([fine, odd]) == "It works; worth a look: warn."
    assert in_words([bad, odd]) == "Something is wrong: fail; worth a look: warn."

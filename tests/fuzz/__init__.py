"""Fuzzing: what strangers could send, tried by machine.

A *target* is what is fuzzed (`target.py`); its bytes are changed at random (`mutate.py`), and those
that reach new lines of the code are changed further (`reach.py`, `hunt.py`). What breaks a promise
is a *finding*: it is made as short as can be and written to `findings/`, where every run of the
tests tries it again. A *machine* (`machines/`) does the same with steps in place of bytes.

    python -m tests.fuzz [NAME ...] --minutes 10 --seed 1

It is our own and not atheris, which has no wheel for a Raspberry Pi.
"""

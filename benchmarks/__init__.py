"""Measures Tonearm beside other players, in one run and by what is heard. See `python -m benchmarks
--help`.
"""

"""The checks, by what they look at. Each is a function of a machine and a patient, and tells what
it sees: it changes nothing, and a fact that cannot be had is no fault.
"""

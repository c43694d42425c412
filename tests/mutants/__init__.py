"""Faults planted in the judge itself, one at a time: which of them do the tests catch?"""

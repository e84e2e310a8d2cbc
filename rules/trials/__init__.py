"""Trying a rule: small made-up sessions in which orders are put to the real door, to show what passes and what does not.

Everything here is pure and made up but for the door and the walk, which are those of every run.
"""

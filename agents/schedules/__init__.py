"""Schedules: runs that start by themselves on the exchange's days, at moments that follow from its calendar."""

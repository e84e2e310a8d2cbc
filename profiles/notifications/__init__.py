"""Telling users what happened while they looked elsewhere: in the inbox, by e-mail, by webhook."""

"""Writes of conversations. Each is one transaction and starts from the user."""

from chat.services.conversations import (
    branch_choose,
    conversation_delete,
    conversation_rename,
    conversation_stop,
)
from chat.services.proposals import DECISIONS, proposal_apply, proposal_dismiss, proposal_undo
from chat.services.sending import Sent, message_send, turn_again
from chat.services.settings import analyst_update
from chat.services.turns import (
    Claim,
    TurnLost,
    Used,
    part_save,
    turn_beat,
    turn_claim,
    turn_finish,
    turn_lose,
    turn_stop,
    turns_wake,
)

__all__ = [
    "DECISIONS",
    "Claim",
    "Sent",
    "TurnLost",
    "Used",
    "analyst_update",
    "branch_choose",
    "conversation_delete",
    "conversation_rename",
    "conversation_stop",
    "message_send",
    "part_save",
    "proposal_apply",
    "proposal_dismiss",
    "proposal_undo",
    "turn_again",
    "turn_beat",
    "turn_claim",
    "turn_finish",
    "turn_lose",
    "turn_stop",
    "turns_wake",
]

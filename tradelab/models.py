"""Tables of the building itself."""

from tradelab.operator.models import AuditSample

__all__ = ["AuditSample"]

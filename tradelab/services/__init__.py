"""PostgreSQL and Redis for those who have none: started under `var/`, kept as long as somebody uses them.

A small keeper process owns both. Every command, worker or test that needs them holds a shared lock; the kernel frees
it however its holder ends, and the keeper stops the services when the last one is gone.
"""

from tradelab.services.addresses import Addresses, known_urls
from tradelab.services.client import Lease, ServicesError, attach, held, running

__all__ = ["Addresses", "Lease", "ServicesError", "attach", "held", "known_urls", "running"]

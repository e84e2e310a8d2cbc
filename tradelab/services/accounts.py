"""Who runs PostgreSQL. It refuses root, so for root an existing unprivileged account does; none is ever created."""

from __future__ import annotations

import ctypes
import os
import pwd
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1


@dataclass(frozen=True)
class Account:
    """An account to become, and whether it needs help to pass folders that only root may enter."""

    name: str
    uid: int
    gid: int
    passes_closed_folders: bool = False

    def become(self) -> None:
        """Turn the current process, run by root and about to exec, into this account's."""
        os.setgroups([])
        if self.passes_closed_folders:
            # Not only keeps capabilities over setuid: without it access(), by which initdb looks, ignores them.
            _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)
        if self.passes_closed_folders:
            _keep_capability(CAP_DAC_OVERRIDE)


def account_for(*paths: Path) -> Account | None:
    """The account that should run a server using these paths; None = the user we are.

    Below a folder closed to others (a repository in root's home) the account keeps the one capability to pass it.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        can_enter = all(_can_enter(path, entry.pw_uid, entry.pw_gid) for path in paths)
        return Account(name, entry.pw_uid, entry.pw_gid, passes_closed_folders=not can_enter)
    raise RuntimeError(
        "PostgreSQL refuses to run as root and there is no account 'postgres' or 'nobody': run as a user"
    )


def _can_enter(path: Path, uid: int, gid: int) -> bool:
    """Whether an account may pass every folder above `path`, by their modes."""
    for folder in path.resolve().parents:
        status = folder.stat()
        shift = 6 if status.st_uid == uid else 3 if status.st_gid == gid else 0
        if not (status.st_mode >> shift) & 1:
            return False
    return True


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *arguments: int) -> None:
    values = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if _libc().prctl(option, *values) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def _keep_capability(capability: int) -> None:
    """Drop all capabilities but one, and make that ambient, so that it outlives exec in an ordinary account."""
    mask = 1 << capability
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if _libc().capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset failed")
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def before_exec(account: Account | None, death_signal: int) -> Callable[[], None]:
    """What a child does between fork and exec: become the account, then ask to be told when its parent dies."""

    def prepare() -> None:
        if account:
            account.become()
        end_with_parent(death_signal)  # last: changing the account clears it

    return prepare


def end_with_parent(death_signal: int) -> None:
    """Have the kernel send this process a signal when the thread that started it ends; only Linux can."""
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, death_signal)

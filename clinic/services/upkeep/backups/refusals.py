"""What goes wrong with backups, in a sentence for whoever asked."""

from __future__ import annotations

import errno

from clinic.domain.backups import BackupProblem
from clinic.domain.errors import RuleBroken


class BackupRefused(RuleBroken):
    """A backup that is not restored, and why. Nothing was changed."""


class BackupFailed(RuleBroken):
    """A backup that could not be made or kept; `problem` says what to do about it."""

    def __init__(self, problem: BackupProblem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


_KINDS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), BackupProblem.DISK_FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), BackupProblem.NOT_ALLOWED),
    **dict.fromkeys(
        (errno.ENOENT, errno.ENOTDIR, errno.EIO, errno.ESTALE, errno.ENODEV, errno.ETIMEDOUT),
        BackupProblem.AWAY,
    ),
}


def of_the_disk(error: OSError, where: object) -> BackupFailed:
    """The refusal for what the operating system said about a file."""
    kind = _KINDS.get(error.errno or 0, BackupProblem.OTHER)
    return BackupFailed(kind, f"The backup could not be written to {where}: {error.strerror or error}.")

"""The one tree of errors: each names what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


class CaibianError(Exception):
    """Any fault that caibian names; `exit_code` is what the command line leaves with."""

    exit_code = 1


class UserFault(CaibianError):
    """A fault that the person at the command can mend: a bad file, name, revision or option."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of a configuration file, printed as `file:line:column: what is wrong, what is expected`."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigurationError(UserFault):
    """One or more faults of the configuration files, all of them at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, sorted(faults))))
        self.faults = sorted(faults)


class NotFound(UserFault):
    """A named thing (item, revision, account, source, release) does not exist."""


class NotAllowed(UserFault):
    """The person or the state of the item does not allow this move."""


class Stale(UserFault):
    """Somebody else was faster: the row is no longer the one that was read."""


class ReadingError(CaibianError):
    """A page that cannot be read; it costs that page only."""


class WorkerError(CaibianError):
    """The processes that read pages cannot be kept running; what was not read stays due."""


class StoreError(CaibianError):
    """The database or a stored file does not hold what it must."""


class ChainError(StoreError):
    """The log was edited, cut or reordered; the message names the first bad row."""


class PublishError(CaibianError):
    """A release could not be made; the one before it stays served."""


class AlreadyRunning(CaibianError):
    """Another process does this work now; leaving is right, so the exit code is 0."""

    exit_code = 0

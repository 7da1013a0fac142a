# SPDX-License-Identifier: Apache-2.0
"""The errors that reach the user as one line, with the remedy."""


class LabError(Exception):
    """A condition the user can mend: bad input, something missing. The command ends with exit code 2."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}: {self.remedy}" if self.remedy else self.message


class TraceError(LabError):
    """A trace that breaks docs/trace-format.md, or that lacks what a metric needs. It fails its point."""


class ConsoleError(LabError):
    """A guest console that breaks the protocol of analysis/console.py. It fails its point."""

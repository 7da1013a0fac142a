# SPDX-License-Identifier: Apache-2.0
"""What a value of the command line may be: types for argparse, which names them in its errors."""

from __future__ import annotations


def names(text: str) -> list[str]:
    """A list with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def positive(text: str) -> int:
    """A number from 1 on."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


positive.__name__ = "positive number"


def address(text: str) -> int:
    """A number in any base, as 0x40200000."""
    return int(text, 0)

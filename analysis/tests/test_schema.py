# SPDX-License-Identifier: Apache-2.0
"""The compiled schema says what jsonschema says, of good records and of broken ones."""

from __future__ import annotations

import copy
import json
import random
from typing import Any, Iterator

import jsonschema  # type: ignore[import]
import pytest

from analysis import record, schema
from analysis.tests.test_record import point, run_record

WRONG: tuple[Any, ...] = (None, True, -1, 1.5, 3.0, "", "x y", [], [[1, 2]], {}, {"x": 1})


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a record."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def test_same_verdict_as_the_general_validator() -> None:
    """Each field replaced by something else, left out, or given a neighbour."""
    whole = json.loads(record.SCHEMA_FILE.read_text(encoding="utf-8"))
    reference = jsonschema.Draft202012Validator(whole)
    accepts = schema.compile_schema(record._inline(whole, whole["$defs"]))
    good = run_record(point("lr"))
    choose = random.Random(1)
    verdicts = []
    for path in places(good):
        for change in ("replace", "delete", "add"):
            broken = copy.deepcopy(good)
            place = broken
            for key in path[:-1]:
                place = place[key]
            if change == "replace":
                place[path[-1]] = choose.choice(WRONG)
            elif change == "delete":
                del place[path[-1]]
            elif isinstance(place, dict):
                place["neighbour"] = choose.choice(WRONG)
            verdict = accepts(broken)
            assert verdict == reference.is_valid(broken), (path, change)
            verdicts.append(verdict)
    assert accepts(good) and 100 < verdicts.count(False) < len(verdicts)


@pytest.mark.parametrize(
    "part, good, bad",
    [
        ({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}, [1], [1, 2, 3]),
        ({"const": 1}, 1, True),
        ({"enum": ["a", 1]}, "a", "b"),
        ({"oneOf": [{"type": "null"}, {"type": "string", "minLength": 2}]}, "ab", "a"),
        ({"pattern": "^a"}, "ab", "ba"),
        ({"minimum": 2}, 2, 1),
    ],
)
def test_keywords(part: dict[str, Any], good: Any, bad: Any) -> None:
    """Each accepts and refuses."""
    accepts = schema.compile_schema(part)
    assert accepts(good) and not accepts(bad)


@pytest.mark.parametrize(
    "rows", [[[1, 2], [3, 4]], [[1, 2.0]], [[1, 2.5]], [[1, True]], [[1]], [[1, 2, 3]], [(1, 2)], ["ab"], [{}], [], [3]]
)
def test_tables_of_integers(rows: list[Any]) -> None:
    """The quick way accepts nothing that the schema refuses, and what it does not know goes the long way."""
    row = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer"}}
    part = {"type": "array", "minItems": 1, "items": row}
    assert schema.compile_schema(part)(rows) == jsonschema.Draft202012Validator(part).is_valid(rows)


def test_unknown_keywords_are_errors() -> None:
    """What it cannot check it must not accept."""
    with pytest.raises(ValueError, match="maximum"):
        schema.compile_schema({"type": "integer", "maximum": 3})

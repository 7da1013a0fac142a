# SPDX-License-Identifier: Apache-2.0
"""The run record, run.json: assembled, checked against run.schema.json, written whole or not at all."""

from __future__ import annotations

import gc
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import]

from analysis import schema
from analysis.errors import LabError

SCHEMA_FILE = Path(__file__).with_name("run.schema.json")
NAME, VERSION = "virqlab-run", 2


def _schema() -> Any:
    whole = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return _inline(whole, whole["$defs"])


@lru_cache(maxsize=1)
def _accepts() -> schema.Accepts:
    return schema.compile_schema(_schema())


def _inline(part: Any, definitions: dict[str, Any]) -> Any:
    """The schema with every reference replaced by what it names: resolving them takes most of a validation's time."""
    if isinstance(part, list):
        return [_inline(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inline(definitions[part["$ref"].removeprefix("#/$defs/")], definitions)
    return {key: _inline(value, definitions) for key, value in part.items() if key != "$defs"}


def check(record: Any, what: str) -> None:
    """LabError naming the first field of the record that breaks the schema."""
    if _accepts()(record):
        return
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(_schema()).iter_errors(record))
    if error is not None:
        place = "/".join(str(part) for part in error.absolute_path) or "the top level"
        raise LabError(f"{what} is no valid run record: at {place}: {error.message[:200]}")


def load(path: Path) -> dict[str, Any]:
    """Read and check a run record; `path` may be the file or the directory of a run. LabError when it is not one."""
    file = path / "run.json" if path.is_dir() else path
    try:
        record = _parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabError(f"cannot read {file}: {error.strerror}", "make one with './virqlab run --out DIR'") from None
    except ValueError as error:
        raise LabError(f"{file} is not JSON: {error}") from None
    if not isinstance(record, dict) or record.get("schema") != NAME:
        raise LabError(f"{file} is no run record of virqlab")
    if record.get("version") != VERSION:
        raise LabError(
            f"{file} has record version {record.get('version')}, this virqlab reads {VERSION}",
            "run the suite again with './virqlab run'",
        )
    check(record, str(file))
    return record


def _parse(text: str) -> Any:
    """json.loads without the garbage collector, which would walk a million new lists again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        return json.loads(text)
    finally:
        if enabled:
            gc.enable()


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, keys in the order given, so bytes repeat."""
    write_text(path, dumps(value))


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: temporary file, fsync, rename."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)


def dumps(value: Any) -> str:
    """Indented JSON with each run-length pair on one line."""
    return _dump(value, 0) + "\n"


def _dump(value: Any, level: int) -> str:
    pad, inner = "  " * level, "  " * (level + 1)
    if isinstance(value, dict) and value:
        items = (f"{inner}{json.dumps(str(key))}: {_dump(item, level + 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(items) + f"\n{pad}}}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) and item for item in value):
        if all(isinstance(item, list) for item in value):
            return "[" + ", ".join(json.dumps(item) for item in value) + "]"
        return "[\n" + ",\n".join(inner + _dump(item, level + 1) for item in value) + f"\n{pad}]"
    return json.dumps(value, ensure_ascii=False)

"""A run as a JSON document: versioned and strict."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

SCHEMA = 3
READABLE = (2, 3)
"""Schemas that are read: 2 calls an error ratio an excess, and knows no size."""


def document(
    command: str,
    requested: int,
    environment: Mapping[str, str | None],
    verdicts: Sequence[Mapping[str, Any]],
    **parts: Any,
) -> dict[str, Any]:
    """The document of a run. verdicts: as JSON values; parts: what else a run has, by name."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict["status"]] = counts.get(verdict["status"], 0) + 1
    blank = {"absent": {}, "interrupted": "", "minimal": [], "lost": []}
    return {
        "schema": SCHEMA,
        "kind": "backproof run",
        "command": command,
        "requested": requested,
        "environment": dict(environment),
        "counts": counts,
        "verdicts": list(verdicts),
        **encode({**blank, "digits": None, "tutorial": None, **parts}),
    }


def encode(value: Any) -> Any:
    """JSON values in place of floats that JSON has no word for."""
    match value:
        case float() if not math.isfinite(value):
            return {"float": str(float(value))}
        case Mapping():
            return {key: encode(v) for key, v in value.items()}
        case list() | tuple():
            return [encode(v) for v in value]
    return value


def to_text(document: Mapping[str, Any]) -> str:
    """Strict JSON, one verdict's worth of nesting readable."""
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=1) + "\n"

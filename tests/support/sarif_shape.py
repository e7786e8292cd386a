"""Shape of the SARIF files that ctscan writes, as a JSON schema of its own: the properties of SARIF 2.1.0 that it uses,
each required where the standard or a reader requires it, and no others."""

from __future__ import annotations

from typing import Any


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | optional,
        "additionalProperties": False,
    }


_TEXT = {"type": "string", "minLength": 1}
_MESSAGE = _object({"text": _TEXT})
_INDEX = {"type": "integer", "minimum": 0}
_ARTIFACT = _object({"uri": {"type": "string", "pattern": r"^[A-Za-z0-9/._~:%-]+$"}})  # section 3.4.3: a URI reference
_PLACE = _object({"artifactLocation": _ARTIFACT}, region=_object({"startLine": {"type": "integer", "minimum": 1}}))
_LOGICAL = _object({"name": _TEXT, "fullyQualifiedName": _TEXT, "kind": {"const": "value"}})
_LOCATION = _object({"physicalLocation": _PLACE}, logicalLocations={"type": "array", "minItems": 1, "items": _LOGICAL})
_RESULT = _object(
    {
        "ruleId": _TEXT,
        "ruleIndex": _INDEX,
        "level": {"enum": ["error", "warning", "note"]},
        "message": _MESSAGE,
        "locations": {"type": "array", "minItems": 1, "maxItems": 1, "items": _LOCATION},
        "partialFingerprints": _object(
            {
                "ctscanFinding/v1": {"pattern": "^[0-9a-f]{64}$"},
                "primaryLocationLineHash": {"pattern": "^[0-9a-f]{16}:1$"},
            }
        ),
        "properties": _object(
            dict.fromkeys(("category", "sensitivity", "subjectKind", "confidence", "source", "gate"), _TEXT)
        ),
    },
    baselineState={"enum": ["new", "unchanged"]},
    suppressions={
        "type": "array",
        "items": _object({"kind": {"const": "external"}, "status": {"const": "accepted"}, "justification": _TEXT}),
    },
)
_RULE = _object(
    {"id": _TEXT},
    shortDescription=_MESSAGE,
    help=_MESSAGE,
    properties=_object({"tags": {"type": "array", "uniqueItems": True, "items": _TEXT}}),
)
_NOTIFICATION = _object(
    {"level": {"const": "error"}, "message": _MESSAGE, "locations": {"type": "array", "items": _LOCATION}}
)
_RUN = _object(
    {
        "results": {"type": "array", "items": _RESULT},
        "tool": _object(
            {
                "driver": _object(
                    {
                        "name": {"const": "ctscan"},
                        "version": _TEXT,
                        "semanticVersion": _TEXT,
                        "rules": {"type": "array", "uniqueItems": True, "items": _RULE},
                    }
                )
            }
        ),
        "language": {"const": "en"},
        "columnKind": {"const": "unicodeCodePoints"},
        "invocations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": _object(
                {"executionSuccessful": {"type": "boolean"}, "exitCode": {"enum": [0, 1, 4, 5]}},
                toolExecutionNotifications={"type": "array", "items": _NOTIFICATION},
            ),
        },
    }
)
SARIF = _object(
    {
        "$schema": {"type": "string", "pattern": r"sarif-schema-2\.1\.0\.json$"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": _RUN},
    }
)
"""Schema of a whole file."""

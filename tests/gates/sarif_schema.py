"""The part of SARIF 2.1.0's JSON schema for what datakit writes, copied by hand from the standard.

Stricter than the whole: an object has the properties listed here and no others. Source:
docs.oasis-open.org/sarif/sarif/v2.1.0, sections 3.13 to 3.30, 3.49 to 3.52 and 3.58.
"""

__all__ = ["SCHEMA"]

_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_TEXT = {"type": "string"}
_BAG = {"type": "object"}


def _object(required=(), **properties):
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _list(item, **other):
    return {"type": "array", "items": item, **other}


_MESSAGE = _object(["text"], text={"type": "string", "minLength": 1})
_ARTIFACT = _object(["uri"], uri={"type": "string", "format": "uri-reference"}, uriBaseId=_TEXT)
_PHYSICAL = _object(
    ["artifactLocation"],
    artifactLocation=_ARTIFACT,
    region=_object(["startLine"], startLine={"type": "integer", "minimum": 1}),
)
_RESULT = _object(
    ["message"],
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level=_LEVEL,
    message=_MESSAGE,
    locations=_list(_object(physicalLocation=_PHYSICAL)),
    partialFingerprints={"type": "object", "additionalProperties": _TEXT},
    suppressions=_list(
        _object(["kind"], kind={"enum": ["inSource", "external"]}, justification=_TEXT),
        uniqueItems=True,
    ),
)
_RULE = _object(
    ["id"],
    id=_TEXT,
    name=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
    defaultConfiguration=_object(level=_LEVEL),
    properties=_BAG,
)
_INVOCATION = _object(  # section 3.20; notifications 3.58
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    toolExecutionNotifications=_list(_object(["message"], level=_LEVEL, message=_MESSAGE)),
)
_RUN = _object(
    ["tool"],
    tool=_object(
        ["driver"],
        driver=_object(["name"], name=_TEXT, version=_TEXT, rules=_list(_RULE, uniqueItems=True)),
    ),
    invocations=_list(_INVOCATION, uniqueItems=True),
    automationDetails=_object(id=_TEXT),
    originalUriBaseIds={
        "type": "object",
        "additionalProperties": _object(uri=_TEXT, description=_MESSAGE),
    },
    results=_list(_RESULT),
    properties=_BAG,
)
SCHEMA = _object(["version", "runs"], version={"enum": ["2.1.0"]}, runs=_list(_RUN)) | {
    "$schema": "http://json-schema.org/draft-07/schema#"
}
SCHEMA["properties"]["$schema"] = {"type": "string", "format": "uri"}

"""The config, held to its schema: every mistake, defaults filled in, strings made numbers."""

import datetime
import itertools
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from evcargo.study.names import made_safe, why_unsafe
from evcargo.study.notes import Notes, listed, nearest, quoted, shown

# Beside the package in a checkout; the workflow says where they are when it is imported.
SCHEMAS = Path(__file__).resolve().parents[3] / "workflow" / "schemas"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST, MOST = 12, 100_000
SCALARS = (str, int, float, bool, type(None))
TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a section with options",
}
Place = tuple[str | int, ...]
ASCENDING = "ascending"
"""Order of a list, as a `$comment` of the schema; or what is better in a pair of limits."""


@cache
def read_schema(name: str, folder: Path | None = None) -> dict[str, Any]:
    """Read the schema `name` (config, samples or runs) of the workflow."""
    path = (folder or SCHEMAS) / f"{name}.schema.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)


def check_config(
    config: Mapping[str, Any], schema: Mapping[str, Any], notes: Notes
) -> tuple[dict[str, Any], set[str]]:
    """Hold a config to its schema.

    Parameters
    ----------
    config
        As Snakemake gives it: from YAML files and, with every number as text, from ``--config``.
    schema
        The config's schema.
    notes
        Takes the problems.

    Returns
    -------
    filled : dict
        The config with every default; what was wrong is replaced by its default, so that the
        other checks can go on.
    wrong : set of str
        Names of the top-level options that were replaced.
    """
    try:
        plain = _plain(config)
    except RecursionError:
        notes.add("is nested too deeply or too large", "Write it as config/README.md shows")
        return _filled({}, schema), set(schema["properties"])
    filled = _filled(_repaired(plain, schema), schema)
    errors = _errors(filled, schema)
    for error in errors:
        _explain(error, filled, schema, notes)
    wrong = {str(place[0]) for error in errors for place in _places(error) if place}
    for place in sorted({place for error in errors for place in _places(error)}, key=_depth):
        _remove(filled, place)
    filled["contrasts"] = [one for one in filled.get("contrasts") or [] if one is not None]
    filled = _filled(filled, schema)
    _check_ranges(filled, schema, (), notes)
    return filled, wrong


def _errors(config: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Any]:
    """List the errors of jsonschema by place, one for all the keys that one section misses."""
    found: dict[tuple[Any, ...], Any] = {}
    for number, error in enumerate(Draft202012Validator(schema).iter_errors(config)):
        one_of_many = "required" if error.validator == "required" else number
        found.setdefault((*map(str, error.absolute_path), one_of_many), error)
    return sorted(found.values(), key=lambda error: [str(part) for part in error.absolute_path])


def _depth(place: Place) -> tuple[int, str]:
    return -len(place), str(place)


def _plain(value: Any, depth: int = 0, count: Iterator[int] | None = None) -> Any:
    """Copy into dict, list and scalars; a date that YAML made of a text is text again."""
    count = count or itertools.count()
    if depth > DEEPEST or next(count) > MOST:
        raise RecursionError
    if isinstance(value, Mapping):
        return {str(key): _plain(one, depth + 1, count) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(one, depth + 1, count) for one in value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return value if isinstance(value, SCALARS) else str(value)


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    named: Any = schema.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def _repaired(value: Any, schema: Mapping[str, Any]) -> Any:
    """Mend types: text is read as YAML where no text is wanted, 5.0 is 5, and 5 is a name too."""
    types = _types(schema)
    if isinstance(value, str) and types and "string" not in types:
        value = _from_text(value, types)
    if isinstance(value, int) and not isinstance(value, bool) and types == ("string",):
        return str(value)
    whole = "integer" in types and "number" not in types
    if isinstance(value, float) and whole and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        rest = other if isinstance(other, Mapping) else {}
        return {key: _repaired(one, known.get(key, rest)) for key, one in value.items()}
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        return [_repaired(one, schema["items"]) for one in value]
    return value


def _from_text(text: str, types: tuple[str, ...]) -> Any:
    try:
        if {"number", "integer"} & set(types) and not text.lstrip().startswith("{"):
            return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
        read = _plain(yaml.load(text, Loader=LOADER))
    except (ValueError, yaml.YAMLError, RecursionError):
        return text
    validator = Draft202012Validator({"type": list(types)})
    return read if validator.is_valid(read) else text


def _filled(value: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Give the section its defaults, in the order of the schema; an empty key is a missing one."""
    known = schema.get("properties", {})
    filled: dict[str, Any] = {}
    for key, option in known.items():
        given = value.get(key)
        if given is None and "default" in option:
            given = _plain(option["default"])
        elif given is None and key not in value:
            continue
        if isinstance(given, dict):
            given = _filled(given, option)
        elif isinstance(given, list) and isinstance(option.get("items"), Mapping):
            items = option["items"]
            given = [_filled(one, items) if isinstance(one, dict) else one for one in given]
        filled[key] = given
    others = {key: option for key, option in value.items() if key not in known}
    rest = schema.get("additionalProperties")
    if isinstance(rest, Mapping):
        others = {
            key: _filled(option, rest) if isinstance(option, dict) else option
            for key, option in others.items()
        }
    return filled | others


def _places(error: Any) -> Iterator[Place]:
    """Where an error's wrong values are, so that they can be taken out."""
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        for key in _unknown(error):
            yield (*path, key)
    elif path[:1] == ("contrasts",) and len(path) > 1:
        yield path[:2]
    elif error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        for key in missing:
            yield (*path, key)
    else:
        # One item of a list is not missed alone: the whole list goes.
        cut = next((i for i, part in enumerate(path) if isinstance(part, int)), len(path))
        yield path[:cut]


def _remove(config: Any, place: Place) -> None:
    *above, last = place or ("",)
    for part in above:
        try:
            config = config[part]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(config, dict):
        config.pop(last, None)
    elif isinstance(config, list) and isinstance(last, int):
        config[last] = None


def _unknown(error: Any) -> list[str]:
    return [key for key in error.instance if key not in error.schema.get("properties", {})]


def _option_name(path: tuple[Any, ...], config: Any) -> str:
    """Name an option as ``stage.option``; a contrast goes by its name."""
    words: list[str] = []
    for part in path:
        config = config[part] if isinstance(config, (dict, list)) else None
        if isinstance(part, int):
            name = config.get("name") if isinstance(config, dict) else None
            words[-1] += f"[{quoted(name)}]" if isinstance(name, str) else f"[{part + 1}]"
        else:
            words.append(quoted(part))
    return ".".join(words)


def _explain(error: Any, config: Any, schema: Mapping[str, Any], notes: Notes) -> None:
    path = tuple(error.absolute_path)
    place = _option_name(path, config)
    above = f"{place}." if place else ""
    if error.validator == "additionalProperties":
        for key in _unknown(error):
            remedy = _where_it_belongs(key, path, error.schema, schema)
            notes.add("is not an option of evcargo", remedy, column=above + quoted(key))
    elif error.validator == "required":
        for key in (one for one in error.validator_value if one not in error.instance):
            remedy = _about(error.schema["properties"].get(key, {}))
            notes.add("is missing", remedy, column=above + key)
    else:
        given = "" if isinstance(error.instance, (dict, list)) else error.instance
        notes.add(*_reason(error), column=place, value="(empty)" if given is None else given)


def _where_it_belongs(
    key: str, path: Place, section: Mapping[str, Any], schema: Mapping[str, Any]
) -> str:
    options = list(section.get("properties", {}))
    if found := nearest(key, options):
        return f"Did you mean {shown(found)}?"
    everywhere = dict(_options(schema, ()))
    if key in everywhere and everywhere[key] != path:
        return f"It belongs to the section {'.'.join(map(str, everywhere[key])) or 'at the top'}"
    if found := nearest(key, everywhere, cutoff=0.8):
        return f"Did you mean {shown('.'.join(map(str, (*everywhere[found], found))))}?"
    return f"Known here: {listed(sorted(options), 30)}"


def _options(schema: Mapping[str, Any], path: Place) -> Iterator[tuple[str, Place]]:
    for key, option in schema.get("properties", {}).items():
        yield key, path
        yield from _options(option, (*path, key))


def _about(option: Mapping[str, Any]) -> str:
    about = str(option.get("description", "See config/README.md")).rstrip(".")
    default = option.get("default", "")
    if default == {} and isinstance(option.get("additionalProperties"), Mapping):
        # Limits by matrix: their defaults also show how they are written.
        default = {key: one["default"] for key, one in option.get("properties", {}).items()}
    return f"{about}. Default: {default}" if default != "" else about


def _reason(error: Any) -> tuple[str, str]:
    """Message and remedy of an error about one value."""
    wanted: Any = error.validator_value
    about = _about(error.schema)
    match error.validator:
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            return f"must be {' or '.join(TYPES.get(name, name) for name in names)}", about
        case "enum":
            found = nearest(str(error.instance), [str(one) for one in wanted])
            guess = f"Did you mean {shown(found)}? " if found else ""
            words = listed([str(one) for one in wanted], 20)
            return "is not one of the words for this option", f"{guess}It can be {words}"
        case "pattern" if str(wanted).startswith("^https://"):
            return "is no https:// address", about
        case "uniqueItems":
            return "names one thing twice", about
        case "pattern" if why := why_unsafe(str(error.instance)):
            return why, f"Call it {shown(made_safe(str(error.instance)))}, for example"
        case "minimum":
            return f"must be at least {wanted}", about
        case "exclusiveMinimum":
            return f"must be above {wanted}", about
        case "maximum":
            return f"must be at most {wanted}", about
        case "exclusiveMaximum":
            return f"must be below {wanted}", about
        case "minItems" | "maxItems":
            bound = "least" if error.validator == "minItems" else "most"
            return f"must have at {bound} {wanted} values", about
    return f"is not allowed: {shown(error.message)}", about


def _check_ranges(
    section: Mapping[str, Any], schema: Mapping[str, Any], path: tuple[str, ...], notes: Notes
) -> None:
    """Check what a schema cannot say: numbers are finite, a range starts at its lower end."""
    warn, fail = (section.get(key, math.nan) for key in ("warn", "fail"))
    if _is_number(warn) and _is_number(fail) and fail > warn:
        name, said = ".".join((*path, "fail")), f"is above {'.'.join((*path, 'warn'))} = {warn}"
        notes.add(said, "What fails cannot weigh more: swap them", column=name, value=fail)
    for key, value in section.items():
        option = _option(schema, key)
        name, about = ".".join((*path, key)), _about(option)
        if isinstance(value, dict):
            _check_ranges(value, option, (*path, key), notes)
        numbers = [
            one for one in (value if isinstance(value, list) else [value]) if _is_number(one)
        ]
        if not all(_is_finite(one) for one in numbers):
            notes.add("must be a finite number", about, column=name, value=value)
        elif _is_range(option) and len(numbers) == 2 and numbers[0] > numbers[1]:
            notes.add("must have its lower end first", about, column=name, value=value)
        order = option.get("$comment", "")
        if len(numbers) == 2 and _is_upside_down(numbers, order):
            remedy = f"Swap them: [warn, fail], {order}. {about}"
            notes.add("warns later than it fails", remedy, column=name, value=value)
        elif order == ASCENDING and numbers != sorted(set(numbers)):
            notes.add("must rise from number to number", about, column=name, value=value)
        other = section.get(key.replace("min_", "max_", 1)) if key.startswith("min_") else None
        if _is_number(other) and _is_number(value) and value > other:
            upper = ".".join((*path, key.replace("min_", "max_", 1)))
            notes.add(
                f"is above {upper} = {other}", "Swap or correct them", column=name, value=value
            )


def _option(section: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Find the schema of an option; one of a matrix may leave its text and order to the section."""
    rest = section.get("additionalProperties")
    option = section.get("properties", {}).get(key) or (rest if isinstance(rest, Mapping) else {})
    of_all = {name: section[name] for name in ("$comment", "description") if name in section}
    return {**of_all, **option} if isinstance(rest, Mapping) else option


def _is_range(option: Mapping[str, Any]) -> bool:
    """Whether an option is a lower and an upper end; limits that may be null are no range."""
    items = option.get("items")
    numeric = isinstance(items, Mapping) and items.get("type") in ("integer", "number")
    return numeric and option.get("minItems") == option.get("maxItems") == 2


def _is_upside_down(limits: list[Any], better: str) -> bool:
    """Whether the limits [warn, fail] are in the wrong order; the schema says what is better."""
    warn, fail = limits
    return (better == "low is better" and warn > fail) or (
        better == "high is better" and warn < fail
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an int beyond every float
        return False

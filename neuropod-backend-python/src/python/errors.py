"""Describes exceptions."""

import traceback

# Files of this crate are named so, and their frames say nothing to a model's author.
OURS = "<neuropod>"


def describe(error):
    """The class, the message and the traceback of an exception, as three texts."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    try:
        message = str(error)
    except BaseException:
        message = "its text cannot be made"
    return clean(name), clean(message), clean(_traceback(error))


def _traceback(error):
    try:
        described = traceback.TracebackException.from_exception(error)
        _leave_out_ours(described, set())
        lines = "".join(described.format())
    except BaseException:  # an exception can be odd enough to break this
        return ""
    return lines.rstrip() if "  File " in lines else ""


def _leave_out_ours(described, seen):
    if described is None or id(described) in seen:
        return
    seen.add(id(described))
    described.stack[:] = [frame for frame in described.stack if not _is_ours(frame.filename)]
    _leave_out_ours(described.__cause__, seen)
    _leave_out_ours(described.__context__, seen)
    for nested in getattr(described, "exceptions", None) or ():
        _leave_out_ours(nested, seen)


def _is_ours(filename):
    return filename.startswith(OURS) or filename.startswith("<frozen importlib")


def clean(text):
    """Takes the private prefixes of modules out: they say nothing to a model's author."""
    import re

    text = re.sub(r"_neuropod_package_\d+\.", "", text)
    return re.sub(r"_neuropod_package_\d+", "0/code", text)

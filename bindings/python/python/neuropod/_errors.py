"""The exceptions of this package."""

from __future__ import annotations

__all__ = ["NeuropodError", "NeuropodValueError"]


class NeuropodError(RuntimeError):
    """Packaging, loading or running a model failed.

    Attributes:
        kind: What went wrong, as far as a program needs to tell cases apart: ``"invalid input"``,
            ``"model failed"``, ``"no backend"`` for instance.
        context: Where it happened: ``{"tensor": "x", "model": "addition"}`` for instance.
    """

    kind: str
    context: dict[str, str]

    def __init__(self, message: str, kind: str = "invalid argument", context: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.context = {} if context is None else context

    def __str__(self) -> str:
        message = str(self.args[0])
        where = ", ".join(f"{key}: {value}" for key, value in self.context.items())
        first, *rest = message.split("\n", 1)
        return "\n".join([f"{first} ({where})" if where else first, *rest])

    def __reduce__(self) -> tuple[type[NeuropodError], tuple[str, str, dict[str, str]]]:
        return type(self), (self.args[0], self.kind, self.context)


class NeuropodValueError(NeuropodError, ValueError):
    """What the caller gave is wrong: an input that does not fit the spec, a wrong argument.

    It is a ``RuntimeError`` as well, which is what the original Neuropod raises.
    """

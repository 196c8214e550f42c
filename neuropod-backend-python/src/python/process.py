"""Sets up a freshly started interpreter, and finds NumPy."""

import sys


def start():
    """Does what the program `python` does, and what embedding it leaves out."""
    if not hasattr(sys, "argv") or not sys.argv:
        sys.argv = [""]
    for stream in (sys.stdout, sys.stderr):
        # The interpreter is never ended, so that nothing else would write what is left in a buffer.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)
    # Who imports `threading` first counts as the main thread, which a model's thread is not.
    import threading  # noqa: F401


def numpy_api():
    """NumPy's table of functions for C."""
    try:
        import numpy
    except ImportError as error:
        reason = " ".join(str(error).split())  # a broken NumPy says a page
        raise ImportError(
            f"NumPy cannot be imported ({reason}): install it into the environment of {sys.executable}, with "
            f"`{sys.executable} -m pip install numpy`"
        ) from error
    if int(numpy.__version__.split(".")[0]) >= 2:
        from numpy._core import _multiarray_umath
    else:
        from numpy.core import _multiarray_umath
    return _multiarray_umath._ARRAY_API


def executable():
    """The program of this interpreter; empty if it does not know."""
    return sys.executable or ""


def flush():
    """Writes what a model has printed without ending the line."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # a stream that is closed or missing has nothing to write
            pass

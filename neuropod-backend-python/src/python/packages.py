"""Keeps the modules of packages apart, and brings each the distributions that it pins.

The modules of a package are in `sys.modules` under a name of that package's own, so that two packages
can have modules of one name. Their code has an `__import__` of its own, which looks among the package's
modules first; it reaches functions through the builtins that their globals hold.

Distributions that a package pins keep their plain names, as their own code and native modules need
them; only code of the package, and of these distributions, finds them.
"""

import _thread
import builtins
import gc
import importlib
import importlib.machinery
import importlib.metadata
import itertools
import linecache
import os
import sys
import types
import weakref

PREFIX = "_neuropod_package_"
MARK = "__neuropod_package__"

_numbers = itertools.count(1)
_packages = {}  # by name
_lock = _thread.allocate_lock()  # for the finders, which are there while there are packages
_opening = _thread.allocate_lock()  # from the search for conflicts until there is a package
_path_finder = importlib.machinery.PathFinder


class Mark:
    """Stands in the globals of a package's modules, and lives as long as one of these does."""

    __slots__ = ("package", "__weakref__")

    def __init__(self, package):
        self.package = package


class Package:
    """The modules of one loaded model."""

    def __init__(self, roots, pins):
        """`roots` are the folders of its modules, `pins` its distributions: `(name, version, folder)`, without
        a folder for those of the environment."""
        self.name = f"{PREFIX}{next(_numbers)}"
        self.roots = list(roots)
        self.versions = {name: version for name, version, _ in pins}
        self.pins = [os.path.realpath(folder) for _, _, folder in pins if folder is not None]
        self._provided = {}
        self.aliases = []  # the specs of modules that are in `sys.modules` under their plain names
        self.builtins = dict(vars(builtins), __import__=self._import)
        root = types.ModuleType(self.name)
        root.__path__ = self.roots
        mark = Mark(self)
        setattr(root, MARK, mark)
        self._mark = weakref.ref(mark)
        sys.modules[self.name] = root
        with _lock:
            _packages[self.name] = self
            _finder.install()

    def entrypoint(self, module, function):
        """The function `function` of the module `module`."""
        try:
            found = importlib.import_module(f"{self.name}.{module}")
        finally:
            self.drop_aliases()
        try:
            entrypoint = getattr(found, function)
        except AttributeError:
            raise AttributeError(f"the module `{module}` has no function `{function}`") from None
        if not callable(entrypoint):
            raise TypeError(f"`{function}` of the module `{module}` is {type(entrypoint).__name__}, and no function")
        return entrypoint

    def load(self, entrypoint, data):
        """What the entrypoint returns for the folder `data`."""
        try:
            return entrypoint(data)
        finally:
            self.drop_aliases()

    def mark(self):
        """What the globals of its modules hold, of which there is one as long as there are modules."""
        mark = self._mark()
        if mark is None:
            mark = Mark(self)
            self._mark = weakref.ref(mark)
        return mark

    def provides(self, top):
        """Whether `top`, a name without dots, is a module of this package."""
        known = self._provided.get(top)
        if known is None:
            known = self._provided[top] = self._find(top)
        return known

    def close(self):
        """Takes the package's modules out of `sys.modules`, and frees what only they refer to."""
        for name in [name for name, module in list(sys.modules.items()) if _package_of(module) is self]:
            sys.modules.pop(name, None)
        for cache in (sys.path_importer_cache, linecache.cache):
            for path in [path for path in list(cache) if _is_within(path, self.roots)]:
                cache.pop(path, None)
        self.builtins = None
        with _lock:
            _packages.pop(self.name, None)
            if not _packages:
                _finder.remove()
        # Functions and their globals refer to each other. What was loaded lately is found quickly; to look
        # through all that the process holds takes a tenth of a second where it is much.
        for generation in (1, 2):
            if self._mark() is not None:
                gc.collect(generation)

    def _find(self, top):
        spec = _path_finder.find_spec(f"{self.name}.{top}", self.roots)
        if spec is None:
            return False
        # A folder without modules of its own gives way to a module of the environment.
        return spec.loader is not None and spec.origin is not None or not self._is_elsewhere(top)

    def _is_elsewhere(self, top):
        loaded = sys.modules.get(top)
        if loaded is not None and _package_of(loaded) is None:
            return True
        if self.pins and _path_finder.find_spec(top, self.pins) is not None:
            return True
        others = [finder for finder in sys.meta_path if finder not in (_finder, _aliases)]
        return any(finder.find_spec(top, None) is not None for finder in others)

    def _import(self, name, globals=None, locals=None, fromlist=(), level=0):
        """`__import__` for the package's own code."""
        top = name.partition(".")[0]
        # An empty list comes from C code, unpickling for instance, which looks into `sys.modules` afterwards.
        if level != 0 or fromlist == [] or not self.provides(top):
            return builtins.__import__(name, globals, locals, fromlist, level)
        found = builtins.__import__(f"{self.name}.{name}", globals, locals, fromlist, 0)
        return found if fromlist else sys.modules[f"{self.name}.{top}"]

    def drop_aliases(self):
        """Takes the plain names of the package's modules out of `sys.modules`, for others to use."""
        for spec in self.aliases[:]:
            if not getattr(spec, "_initializing", False):  # a thread of the model is at it
                self.aliases.remove(spec)
                if _package_of(sys.modules.get(spec.name)) is self:
                    sys.modules.pop(spec.name, None)


class Finder:
    """Finds the modules of packages and of the distributions that they pin."""

    def install(self):
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
            # Names that nobody else knows, and that code of a package asks for.
            sys.meta_path.append(_aliases)

    def remove(self):
        for finder in (self, _aliases):
            if finder in sys.meta_path:
                sys.meta_path.remove(finder)

    def find_spec(self, fullname, path=None, target=None):
        parent = sys.modules.get(fullname.rpartition(".")[0])
        package = _package_of(parent)
        if package is not None and not fullname.startswith(PREFIX):
            return _alias(package, fullname)
        if package is not None:
            return _private_spec(package, fullname, path)
        if path is None:
            pins = _pins_of_caller()
            return _path_finder.find_spec(fullname, pins) if pins else None
        return None

    def find_distributions(self, context=importlib.metadata.DistributionFinder.Context()):
        pins = _pins_of_caller()
        if not pins:
            return ()
        found = importlib.metadata.DistributionFinder.Context(name=context.name, path=pins)
        return importlib.metadata.MetadataPathFinder.find_distributions(found)

    def invalidate_caches(self):
        pass


class Aliases:
    """Finds a package's module under its plain name for code that asks for it by text, as unpickling
    and `importlib.import_module` do."""

    def find_spec(self, fullname, path=None, target=None):
        if path is not None:
            return None
        for package in _packages_of_caller():
            if package.provides(fullname.partition(".")[0]):
                return _alias(package, fullname)
        return None

    def invalidate_caches(self):
        pass


class SourceLoader(importlib.machinery.SourceFileLoader):
    """Loads a module of a package from its source, and writes no bytecode beside it."""

    def __init__(self, fullname, path, package):
        super().__init__(fullname, path)
        self._package = package

    def exec_module(self, module):
        module.__dict__["__builtins__"] = self._package.builtins
        module.__dict__[MARK] = self._package.mark()
        super().exec_module(module)

    def set_data(self, path, data, *, _mode=0o666):
        pass


class AliasLoader:
    """Gives a module that is loaded under another name."""

    def __init__(self, package, module):
        self._package = package
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec):
        return self._module

    def exec_module(self, module):
        self._package.aliases.append(module.__spec__)
        module.__spec__ = self._spec


_finder = Finder()
_aliases = Aliases()


def _package_of(module):
    """The package that a module belongs to, whatever name it was reached by."""
    try:
        name = module.__name__
        return _packages.get(name.partition(".")[0])
    except Exception:  # `sys.modules` can hold anything
        return None


def _private_spec(package, fullname, path):
    spec = _path_finder.find_spec(fullname, path)
    if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
        spec.loader = SourceLoader(fullname, spec.loader.path, package)
        spec.cached = None
    return spec


def _alias(package, fullname):
    private = f"{package.name}.{fullname}"
    try:
        module = importlib.import_module(private)
    except ModuleNotFoundError as error:
        if error.name != private:
            raise
        return None
    loader = AliasLoader(package, module)
    return importlib.machinery.ModuleSpec(fullname, loader, is_package=hasattr(module, "__path__"))


def _packages_of_caller():
    """The packages whose code is under way in this thread, the innermost first."""
    frame, found = sys._getframe(2), []
    while frame is not None:
        mark = frame.f_globals.get(MARK)
        if mark is not None and mark.package not in found:
            found.append(mark.package)
        frame = frame.f_back
    return found


def _pins_of_caller():
    """The folders of distributions that the code under way in this thread may use."""
    pinning = [package for package in _packages.values() if package.pins]
    if not pinning:
        return []
    frame = sys._getframe(2)
    while frame is not None:
        mark = frame.f_globals.get(MARK)
        if mark is not None:
            return mark.package.pins
        for package in pinning:
            if _is_within(frame.f_code.co_filename, package.pins):
                return package.pins
        frame = frame.f_back
    return []


def _is_within(path, folders):
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def installed(name):
    """The version of a distribution that the environment has, or None."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def open_package(roots, pins):
    """A new package; a text instead says why its distributions cannot be in this process."""
    with _opening:
        conflicts = (_conflict(*pin) for pin in pins)
        return next(filter(None, conflicts), None) or Package(roots, pins)


def _conflict(name, version, folder):
    """Says which version of a pinned distribution this process has, or may import at any time, already."""
    for package in list(_packages.values()):
        if package.versions.get(name, version) != version:
            found = f"a model that pins {name}=={package.versions[name]}"
            return _in_conflict(name, version, found)
    return None if folder is None else _conflict_of_modules(name, version, os.path.realpath(folder))


def _in_conflict(name, version, found):
    return (
        f"the package pins {name}=={version}, but this process has {found} already: Python can hold one version in "
        "a process, so run one of the models in a process of its own"
    )


def _conflict_of_modules(name, version, folder):
    for top in sorted(_top_modules(folder)):
        module = sys.modules.get(top)
        origin = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
        if module is None or origin is None or _is_within(os.path.realpath(origin), [folder]):
            continue
        if getattr(module, "__file__", None) is None:
            continue  # a namespace that several distributions share
        other = installed(name) if not _is_pinned(origin) else None
        found = f"{name} {other}" if other else f"another version of {name}"
        return _in_conflict(name, version, f"{found}, from {os.path.dirname(origin)},")
    return None


def _is_pinned(path):
    return any(_is_within(os.path.realpath(path), package.pins) for package in _packages.values())


def _top_modules(folder):
    """The names that a folder of distributions lets one import."""
    endings = importlib.machinery.all_suffixes()
    names = set()
    for entry in os.scandir(folder):
        if entry.is_dir() and not entry.name.endswith((".dist-info", ".data")) and entry.name != "__pycache__":
            names.add(entry.name)
        names.update(entry.name[: -len(end)] for end in endings if entry.name.endswith(end))
    return {name for name in names if name.isidentifier()}

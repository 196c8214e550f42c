// A Python model called by CPython's C API and NumPy's alone.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "inputs.hh"
#include "values.hh"

#include <memory>
#include <string>
#include <vector>

// The interpreter's lock, for as long as the value lives. The thread keeps its state in between, which Neuropod made,
// so that taking the lock costs little.
class Lock
{
public:
    Lock() : state_(PyGILState_Ensure()) {}
    ~Lock() { PyGILState_Release(state_); }
    Lock(const Lock &)            = delete;
    Lock &operator=(const Lock &) = delete;

private:
    PyGILState_STATE state_;
};

// Lets go of an object. The thread has the lock.
struct Release
{
    void operator()(PyObject *object) const { Py_DECREF(object); }
};

using Object = std::unique_ptr<PyObject, Release>;

// The interpreter runs already, and nobody has its lock.
class PythonModel
{
public:
    // Takes the model's code out of its package. `data` is the folder that the model loads its weights from.
    PythonModel(const std::string &       package,
                const std::string &       module,
                const std::string &       data,
                const std::vector<Input> &inputs);
    ~PythonModel();

    // Runs the model with arrays, and looks at its output.
    void call() const;

    // Runs the model, and copies its output, which gets this name.
    Values values(const std::string &name) const;

private:
    // A dictionary of outputs. The thread has the lock.
    Object run() const;

    Object                  function_;
    Object                  names_; // of the inputs
    std::vector<Object>     arrays_;
    std::vector<PyObject *> arguments_; // the arrays
    Strings                 strings_;   // instead of arrays, if the only input has strings
};

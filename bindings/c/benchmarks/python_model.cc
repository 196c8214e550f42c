#include "python_model.hh"

#include "turns.hh"

#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include <numpy/arrayobject.h>

#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace
{

// Makes what is called with arrays, of the code in a package. Modules of PyTorch's get tensors over the arrays' memory.
constexpr const char *LOAD = R"python(
import importlib.util, sys, zipimport

def load(package, module, data):
    spec = zipimport.zipimporter(package + "/0/code").find_spec(module)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    model = made.get_model(data)
    torch = sys.modules.get("torch")
    return called(torch, model) if torch and isinstance(model, torch.nn.Module) else model

def called(torch, model):
    def call(**arrays):
        with torch.inference_mode():
            outputs = model(**{name: torch.from_numpy(array) for name, array in arrays.items()})
            return {name: tensor.numpy() for name, tensor in outputs.items()}
    return call
)python";

[[noreturn]] void throw_exception()
{
    PyErr_Print();
    throw std::runtime_error("Python raised an exception");
}

Object require(PyObject *object)
{
    if (object == nullptr)
    {
        throw_exception();
    }
    return Object(object);
}

Object text(const std::string &text)
{
    return require(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

Object load(const std::string &package, const std::string &module, const std::string &data)
{
    const Object globals = require(PyDict_New());
    PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins());
    require(PyRun_String(LOAD, Py_file_input, globals.get(), globals.get()));
    PyObject *function = PyDict_GetItemString(globals.get(), "load");
    return require(PyObject_CallFunction(function, "sss", package.c_str(), module.c_str(), data.c_str()));
}

// An array over the program's memory.
Object array_of(const Input &input)
{
    auto      dims = input.dims();
    const int type = input.type() == neuropod::UINT8_TENSOR ? NPY_UINT8 : NPY_FLOAT32;
    return require(PyArray_SimpleNewFromData(static_cast<int>(dims.size()), dims.data(), type, input.data));
}

// An array of text. There is none over the program's strings.
Object array_of(const Strings &strings)
{
    const Object list = require(PyList_New(static_cast<Py_ssize_t>(strings.size())));
    for (std::size_t i = 0; i < strings.size(); ++i)
    {
        PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), text(strings[i]).release());
    }
    return require(PyArray_FROM_O(list.get()));
}

bool is_text(PyArrayObject *array)
{
    return PyArray_TYPE(array) == NPY_UNICODE;
}

// The elements of an array of text, as `str`.
Object list_of(PyArrayObject *array)
{
    return require(PyArray_ToList(array));
}

std::string_view view(PyObject *text)
{
    Py_ssize_t  size = 0;
    const char *data = PyUnicode_AsUTF8AndSize(text, &size);
    return {data, static_cast<std::size_t>(size)};
}

PyArrayObject *only_array(const Object &outputs)
{
    PyObject * value    = nullptr;
    Py_ssize_t position = 0;
    const bool is_there = PyDict_Check(outputs.get()) && PyDict_Next(outputs.get(), &position, nullptr, &value) != 0;
    if (!is_there || !PyArray_Check(value))
    {
        throw std::runtime_error("the model returned no array in a dictionary");
    }
    return reinterpret_cast<PyArrayObject *>(value);
}

Values copy(const std::string &name, PyArrayObject *array)
{
    if (!is_text(array))
    {
        const auto *first = static_cast<const float *>(PyArray_DATA(array));
        return {{name, Numbers(first, first + PyArray_SIZE(array))}};
    }
    const Object list = list_of(array);
    Strings      strings;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list.get()); ++i)
    {
        strings.emplace_back(view(PyList_GET_ITEM(list.get(), i)));
    }
    return {{name, std::move(strings)}};
}

// NumPy's functions, which it wants to be asked for.
void import_numpy()
{
    if (_import_array() < 0)
    {
        throw_exception();
    }
}

} // namespace

PythonModel::PythonModel(const std::string &       package,
                         const std::string &       module,
                         const std::string &       data,
                         const std::vector<Input> &inputs)
{
    const Lock lock;
    import_numpy();
    function_ = load(package, module, data);
    names_    = require(PyTuple_New(static_cast<Py_ssize_t>(inputs.size())));
    for (std::size_t i = 0; i < inputs.size(); ++i)
    {
        PyTuple_SET_ITEM(names_.get(), static_cast<Py_ssize_t>(i), text(inputs[i].name).release());
        strings_ = inputs[i].strings;
        if (strings_.empty())
        {
            arrays_.push_back(array_of(inputs[i]));
            arguments_.push_back(arrays_.back().get());
        }
    }
}

PythonModel::~PythonModel()
{
    const Lock lock;
    function_.reset();
    arrays_.clear();
    names_.reset();
}

void PythonModel::call() const
{
    const Lock   lock;
    const Object outputs = run();
    auto *       array   = only_array(outputs);
    const auto   last    = PyArray_SIZE(array) - 1;
    if (is_text(array))
    {
        const Object list = list_of(array);
        keep(view(PyList_GET_ITEM(list.get(), last)).size());
    }
    else
    {
        keep(static_cast<const float *>(PyArray_DATA(array))[last]);
    }
}

Values PythonModel::values(const std::string &name) const
{
    const Lock   lock;
    const Object outputs = run();
    return copy(name, only_array(outputs));
}

Object PythonModel::run() const
{
    if (strings_.empty())
    {
        return require(PyObject_Vectorcall(function_.get(), arguments_.data(), 0, names_.get()));
    }
    const Object    array     = array_of(strings_);
    PyObject *const arguments[] = {array.get()};
    return require(PyObject_Vectorcall(function_.get(), arguments, 0, names_.get()));
}

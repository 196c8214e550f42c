// What a call of a Python package costs from C++ beside the model's function called through the C APIs of CPython and
// NumPy.

#include "checks.hh"
#include "program.hh"
#include "python_model.hh"

#include <algorithm>
#include <string>

namespace
{

std::string folder_of(const std::string &path)
{
    return path.substr(0, path.rfind('/'));
}

void run(const Program &program, const std::string &name)
{
    // Neuropod starts the interpreter of the active environment as it loads the first package, and lets go of the
    // lock, which it takes for each call. From then on this program does the same: it has the lock during its own
    // calls alone.
    const Ours  ours(program.package(name), name);
    const auto  data   = name == "speaker-encoder" ? folder_of(path_in("NEUROPOD_SPEAKER_ENCODER")) : std::string();
    std::string module = name;
    std::replace(module.begin(), module.end(), '-', '_');
    const PythonModel model(program.package(name), module, data, ours.inputs());
    require_one_library("libpython");
    require_equal(name, ours.values(), model.values(ours.output_names().front()));
    program.compare(name, ours, "CPython's C API", [&] { model.call(); });
}

} // namespace

int main(int argc, char **argv)
{
    return run_program("python", "speaker-encoder", run, argc, argv);
}

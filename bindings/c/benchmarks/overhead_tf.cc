// What a call of a TensorFlow package costs from C++ beside TensorFlow's C API called directly.

#include "checks.hh"
#include "program.hh"
#include "tf_model.hh"

#include <string>
#include <utility>

namespace
{

// What basic-pitch's signature says.
const Nodes BASIC_PITCH = {
    {"input_2", "serving_default_input_2"},
    {"contour", "StatefulPartitionedCall:0"},
    {"note", "StatefulPartitionedCall:1"},
    {"onset", "StatefulPartitionedCall:2"},
};

Session session_of(const Program &program, const std::string &name)
{
    return name == "basic-pitch" ? Session::of_saved_model(path_in("NEUROPOD_BASIC_PITCH_MODEL"))
                                 : Session::of_graph(program.file(name + ".pb"));
}

void run(const Program &program, const std::string &name)
{
    // It is the first, as the first session of a process decides how many threads TensorFlow has.
    auto       session = session_of(program, name);
    const Ours ours(program.package(name), name);
    // The plugin uses the library that this program is linked to.
    require_one_library("libtensorflow_cc.so");
    const auto nodes = name == "basic-pitch" ? BASIC_PITCH : Nodes();
    TfModel    model(std::move(session), ours.inputs(), ours.output_names(), nodes);
    require_equal(name, ours.values(), model.values());
    program.compare(name, ours, "TensorFlow's C API, default options", [&] { model.call(); });
}

} // namespace

int main(int argc, char **argv)
{
    return run_program("tf", "basic-pitch", run, argc, argv);
}

// What a call of a TorchScript package costs from C++ beside libtorch called directly.

#include "checks.hh"
#include "program.hh"
#include "torch_model.hh"

namespace
{

void run(const Program &program, const std::string &name)
{
    const auto file = name == "silero-vad" ? path_in("NEUROPOD_SILERO_MODEL") : program.file(name + ".pt");
    const Ours ours(program.package(name), name);
    TorchModel model(file, ours.inputs());
    require_one_library("libtorch_cpu.so");
    require_equal(name, ours.values(), model.values(ours.output_names().front()));

    program.compare(name, ours, "libtorch", [&] {
        const c10::InferenceMode mode;
        model.call(model.arguments());
    });
    if (name != "small")
    {
        return;
    }
    program.compare(name, ours, "libtorch, tensors made before", [&, arguments = model.arguments()] {
        const c10::InferenceMode mode;
        model.call(arguments);
    });
    program.compare(name, ours, "libtorch, outside inference mode", [&] { model.call(model.arguments()); });
}

} // namespace

int main(int argc, char **argv)
{
    return run_program("torch", "silero-vad", run, argc, argv);
}

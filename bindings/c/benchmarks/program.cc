#include "program.hh"

#include "payload.hh"
#include "records.hh"

#include <cstdio>
#include <exception>
#include <utility>

Program::Program(std::string backend, std::string models, std::string part)
    : backend_(std::move(backend)), models_(std::move(models)), part_(std::move(part))
{
}

void Program::compare(const std::string &name, const Ours &ours, const std::string &reference, const Call &call) const
{
    save({"call", backend_, name, reference}, measure_in_turns([&] { ours.call(); }, call));
}

int run_program(const char *backend, const char *real_model, const Run &run, int argc, char **argv)
{
    if (argc != 2 && argc != 3)
    {
        std::fprintf(stderr, "usage: %s MODELS_FOLDER [PART_OF_A_CASE]\n", argv[0]);
        return 2;
    }
    try
    {
        const Program program(backend, argv[1], argc > 2 ? argv[2] : "");
        for (const std::string name : {"small", "many", "image", "large", "strings", real_model})
        {
            if (program.runs(name))
            {
                run(program, name);
            }
        }
        compare_payloads(program);
        return 0;
    }
    catch (const std::exception &error)
    {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

// What the programs share: their arguments, and what they do for each case.
#pragma once

#include "ours.hh"
#include "turns.hh"

#include <functional>
#include <string>
#include <vector>

class Program
{
public:
    // `models` is the folder with the backend's models. A case is measured if its name has `part` in it.
    Program(std::string backend, std::string models, std::string part);

    const std::string &backend() const { return backend_; }

    bool runs(const std::string &name) const { return name.find(part_) != std::string::npos; }

    std::string file(const std::string &name) const { return models_ + '/' + name; }
    std::string package(const std::string &name) const { return file(name + ".neuropod"); }

    // Measures a case's call beside the framework's.
    void compare(const std::string &name, const Ours &ours, const std::string &reference, const Call &call) const;

private:
    std::string backend_;
    std::string models_;
    std::string part_;
};

// Measures one case.
using Run = std::function<void(const Program &, const std::string &)>;

// Measures the cases that the arguments ask for, the backend's real model among them, and large memory last. Failures
// are printed. The answer is the process's.
int run_program(const char *backend, const char *real_model, const Run &run, int argc, char **argv);

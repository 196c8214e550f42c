#include "checks.hh"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>

namespace
{

bool are_close(float a, float b)
{
    return std::abs(a - b) <= 1e-5F * std::max(1.0F, std::abs(a));
}

bool are_equal(const Numbers &a, const Numbers &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), are_close);
}

bool are_equal(const Strings &a, const Strings &b)
{
    return a == b;
}

template <typename A, typename B>
bool are_equal(const A &, const B &)
{
    return false;
}

// The paths of the files that are mapped into the process.
std::set<std::string> mapped_files()
{
    std::set<std::string> files;
    std::ifstream         maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
    {
        if (const auto start = line.find('/'); start != std::string::npos)
        {
            files.insert(line.substr(start));
        }
    }
    return files;
}

} // namespace

void require(bool is_so, const char *otherwise)
{
    if (!is_so)
    {
        throw std::runtime_error(otherwise);
    }
}

void require_equal(const std::string &name, const Values &ours, const Values &reference)
{
    const auto same = [](const auto &a, const auto &b) { return are_equal(a, b); };
    const bool is_equal =
        std::equal(ours.begin(), ours.end(), reference.begin(), reference.end(), [&](const auto &a, const auto &b) {
            return a.first == b.first && std::visit(same, a.second, b.second);
        });
    require(is_equal && !ours.empty(), ("the results of " + name + " differ").c_str());
}

void require_one_library(const std::string &name)
{
    const auto files = mapped_files();
    const auto is_it = [&](const std::string &file) { return file.find('/' + name) != std::string::npos; };
    const auto count = std::count_if(files.begin(), files.end(), is_it);
    require(count == 1, ("the process has " + std::to_string(count) + " libraries " + name).c_str());
}

std::string path_in(const char *variable)
{
    const char *path = std::getenv(variable);
    if (path == nullptr)
    {
        throw std::runtime_error(std::string(variable) + " is not set: use `cargo xtask exec`");
    }
    return path;
}

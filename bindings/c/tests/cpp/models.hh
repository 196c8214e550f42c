// The packages of the tests.
#pragma once

#include "check.hh"

#include <neuropod/neuropod.hh>

#include <cstdlib>
#include <string>

// The path of a package in the folder that NEUROPOD_TEST_PACKAGES names.
inline std::string package(const std::string &name)
{
    const char *folder = std::getenv("NEUROPOD_TEST_PACKAGES");
    if (folder == nullptr)
    {
        throw std::runtime_error("NEUROPOD_TEST_PACKAGES is not set: it names the folder of the packages");
    }
    return std::string(folder) + "/" + name + ".neuropod";
}

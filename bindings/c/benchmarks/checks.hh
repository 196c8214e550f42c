// Checks that stop a program.
#pragma once

#include "values.hh"

#include <string>

// Throws unless something is so.
void require(bool is_so, const char *otherwise);

// Throws unless two calls returned the same, but for the last digits.
void require_equal(const std::string &name, const Values &ours, const Values &reference);

// Throws unless the process has one library whose name begins so: with two, each would have a state of its own, and
// other threads.
void require_one_library(const std::string &name);

// The path that a variable has. Throws if it is not set.
std::string path_in(const char *variable);

// What was measured, as lines for people and for programs.
#pragma once

#include "turns.hh"

#include <string>

// What is compared with what.
struct Pair
{
    std::string group;
    std::string backend;
    std::string name;
    std::string reference;
};

// Prints a pair's medians and the ratio of ours to the reference, with its quartiles. If NEUROPOD_BENCH_RESULTS names a
// file, a record for the report is added to it, a line of JSON.
void save(const Pair &pair, const Turns &turns);

// Two calls measured in turns, so that whatever else the machine does meets both.
#pragma once

#include <functional>
#include <vector>

using Call = std::function<void()>;

// The seconds that one call took, turn by turn. Numbers at the same place are neighbours.
struct Turns
{
    std::vector<double> ours;
    std::vector<double> reference;
};

// Calls both until they are warm, and then in turns. The time for that is short if NEUROPOD_BENCH_QUICK is set.
Turns measure_in_turns(const Call &ours, const Call &reference);

// Has the compiler compute a value that nobody needs.
template <typename Value>
void keep(const Value &value)
{
    asm volatile("" : : "g"(&value) : "memory");
}

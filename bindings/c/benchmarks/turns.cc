#include "turns.hh"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>

namespace
{

using Clock   = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// How long one of them runs until it is the other's turn, unless a single call takes longer.
constexpr double TURN = 500e-6;

// So many turns there are at least, however long a call takes.
constexpr std::size_t FEWEST_TURNS = 9;

bool is_quick()
{
    return std::getenv("NEUROPOD_BENCH_QUICK") != nullptr;
}

double since(Clock::time_point start)
{
    return Seconds(Clock::now() - start).count();
}

// The seconds of one call, of so many.
double measure(const Call &call, std::size_t calls)
{
    const auto start = Clock::now();
    for (std::size_t i = 0; i < calls; ++i)
    {
        call();
    }
    return since(start) / static_cast<double>(calls);
}

// Warms a call up: a framework's first calls are slower, as some rewrite the model. Returns how many calls make a turn.
std::size_t warm_up(const Call &call)
{
    const double time  = is_quick() ? 0.03 : 0.1;
    const auto   start = Clock::now();
    std::size_t  calls = 1;
    for (;;)
    {
        const double seconds = measure(call, calls);
        if (seconds * static_cast<double>(calls) < TURN)
        {
            calls *= 2;
        }
        else if (since(start) >= time)
        {
            return std::max<std::size_t>(1, static_cast<std::size_t>(TURN / seconds));
        }
    }
}

} // namespace

Turns measure_in_turns(const Call &ours, const Call &reference)
{
    const double      time            = is_quick() ? 0.1 : 0.4;
    const std::size_t calls_of_ours   = warm_up(ours);
    const std::size_t calls_of_others = warm_up(reference);

    Turns      turns;
    const auto start = Clock::now();
    while (since(start) < time || turns.ours.size() < FEWEST_TURNS)
    {
        // Who goes first changes, so that neither always finds the caches as the other left them.
        if (turns.ours.size() % 2 == 0)
        {
            turns.ours.push_back(measure(ours, calls_of_ours));
            turns.reference.push_back(measure(reference, calls_of_others));
        }
        else
        {
            turns.reference.push_back(measure(reference, calls_of_others));
            turns.ours.push_back(measure(ours, calls_of_ours));
        }
    }
    return turns;
}

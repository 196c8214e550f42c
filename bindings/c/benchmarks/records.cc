#include "records.hh"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace
{

struct Quartiles
{
    double lower;
    double median;
    double upper;
};

Quartiles quartiles_of(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const auto at = [&](std::size_t quarter) { return values[(values.size() - 1) * quarter / 4]; };
    return {at(1), at(2), at(3)};
}

std::vector<double> ratios(const Turns &turns)
{
    std::vector<double> ratios;
    for (std::size_t i = 0; i < turns.ours.size(); ++i)
    {
        ratios.push_back(turns.ours[i] / turns.reference[i]);
    }
    return ratios;
}

std::string json(const Quartiles &quartiles)
{
    std::ostringstream text;
    text.precision(9);
    text << "{\"lower\":" << quartiles.lower << ",\"median\":" << quartiles.median << ",\"upper\":" << quartiles.upper
         << '}';
    return text.str();
}

// The names here have no character that JSON escapes.
std::string json(const std::string &text)
{
    return '"' + text + '"';
}

// What was measured of a pair.
struct Measured
{
    explicit Measured(const Turns &turns)
        : ours(quartiles_of(turns.ours)), reference(quartiles_of(turns.reference)), ratio(quartiles_of(ratios(turns))),
          pairs(turns.ours.size())
    {
    }

    Quartiles   ours;
    Quartiles   reference;
    Quartiles   ratio;
    std::size_t pairs;
};

std::string record(const Pair &pair, const Measured &measured)
{
    std::ostringstream text;
    text << "{\"group\":" << json(pair.group) << ",\"backend\":" << json(pair.backend) << ",\"way\":\"C++\""
         << ",\"case\":" << json(pair.name) << ",\"unit\":\"seconds\",\"value\":" << json(measured.ours)
         << ",\"samples\":" << measured.pairs << ",\"reference\":{\"name\":" << json(pair.reference)
         << ",\"value\":" << json(measured.reference) << ",\"ratio\":" << json(measured.ratio) << "}}";
    return text.str();
}

} // namespace

void save(const Pair &pair, const Turns &turns)
{
    const Measured measured(turns);
    const auto     what = pair.backend + ", " + pair.name + (pair.group == "call" ? " against " + pair.reference : "");
    std::printf("%-62s %9.2f us against %9.2f us: %.3f x (%.3f-%.3f), %zu pairs\n",
                what.c_str(),
                measured.ours.median * 1e6,
                measured.reference.median * 1e6,
                measured.ratio.median,
                measured.ratio.lower,
                measured.ratio.upper,
                measured.pairs);
    std::fflush(stdout);
    if (const char *path = std::getenv("NEUROPOD_BENCH_RESULTS"))
    {
        std::ofstream file(path, std::ios::app);
        file << record(pair, measured) << '\n';
        if (!file.flush())
        {
            throw std::runtime_error(std::string("cannot write ") + path);
        }
    }
}

/// @file
/// Printing of elements.
#pragma once

#include <cstddef>
#include <ostream>

namespace neuropod
{
namespace internal
{

/// Prints the elements from `first` to before `last`, with commas between them.
template <typename Print>
void print_range(std::ostream &out, std::size_t first, std::size_t last, Print print)
{
    for (std::size_t i = first; i < last; ++i)
    {
        if (i > first)
        {
            out << ", ";
        }
        print(i);
    }
}

/// Prints up to five elements, or the first three and the last three.
template <typename Print>
std::ostream &print_elements(std::ostream &out, std::size_t count, Print print)
{
    out << '[';
    if (count < 6)
    {
        print_range(out, 0, count, print);
    }
    else
    {
        print_range(out, 0, 3, print);
        out << " ... ";
        print_range(out, count - 3, count, print);
    }
    return out << ']';
}

} // namespace internal
} // namespace neuropod

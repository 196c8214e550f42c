/// @file
/// What a model expects and returns.
#pragma once

#include "neuropod/internal/handle.hh"
#include "neuropod/internal/tensor_types.hh"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace neuropod
{

/// A dimension in a specification: a size, any size, or a symbol.
struct Dimension
{
    /// A size, or -1 for any size.
    Dimension(std::int64_t size) : value(size) {}

    /// A symbol: wherever it occurs in a specification, the size is the same.
    Dimension(std::string name) : value(-2), symbol(std::move(name)) {}

    bool operator==(const Dimension &other) const { return value == other.value && symbol == other.symbol; }
    bool operator!=(const Dimension &other) const { return !(*this == other); }

    /// The size; -1 for any size, -2 for a symbol.
    std::int64_t value;

    /// The symbol's name; empty if it is none.
    std::string symbol;
};

/// The specification of one input or output of a model.
struct TensorSpec
{
    TensorSpec(std::string tensor_name, std::vector<Dimension> tensor_dims, const TensorType tensor_type)
        : name(std::move(tensor_name)), dims(std::move(tensor_dims)), type(tensor_type)
    {
    }

    const std::string            name;
    const std::vector<Dimension> dims;
    const TensorType             type;
};

namespace internal
{

/// Copies a specification of the C API.
inline TensorSpec copy_spec(const NP_TensorSpec &spec)
{
    std::vector<Dimension> dims;
    dims.reserve(spec.num_dims);
    for (std::size_t i = 0; i < spec.num_dims; ++i)
    {
        const NP_Dimension &dim = spec.dims[i];
        dims.push_back(dim.symbol != nullptr ? Dimension(std::string(dim.symbol)) : Dimension(dim.value));
    }
    return TensorSpec(spec.name, std::move(dims), spec.type);
}

/// Copies all the inputs' or outputs' specifications of a model.
template <typename Get>
std::vector<TensorSpec> copy_specs(const NP_Neuropod *model, std::size_t count, Get get)
{
    std::vector<TensorSpec> specs;
    specs.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
    {
        specs.push_back(copy_spec(*require(TensorSpecHandle(get(model, i)))));
    }
    return specs;
}

} // namespace internal
} // namespace neuropod

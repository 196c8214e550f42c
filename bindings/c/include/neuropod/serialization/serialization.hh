/// @file
/// Tensors and maps of them to and from streams.
#pragma once

#include "neuropod/internal/c_string.hh"
#include "neuropod/internal/neuropod_tensor.hh"
#include "neuropod/internal/stream_adapters.hh"

#include <istream>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

namespace neuropod
{

class NeuropodTensorAllocator;

namespace internal
{

/// A map of the C API with the same tensors, in the order of their names.
inline ValueMapHandle to_value_map(const NeuropodValueMap &values)
{
    ValueMapHandle map = require(ValueMapHandle(NP_NewValueMap()));

    std::map<std::string, const NeuropodTensor *> sorted;
    for (const auto &item : values)
    {
        sorted.emplace(item.first, &get_mapped_tensor(item));
    }
    for (const auto &item : sorted)
    {
        check(NP_InsertTensor(map.get(), c_string(item.first, "name"), item.second->get_handle()));
    }
    return map;
}

/// Reads what `Result` says.
template <typename Result>
struct Deserializer;

template <>
struct Deserializer<std::shared_ptr<NeuropodValue>>
{
    static std::shared_ptr<NeuropodValue> read(std::istream &in)
    {
        StreamReader       reader(in);
        NP_NeuropodTensor *tensor = nullptr;
        const NP_Code      code   = NP_DeserializeTensor(StreamReader::read, &reader, &tensor, nullptr);
        TensorHandle       handle(tensor);
        reader.check(code);
        return make_shared_tensor(std::move(handle));
    }
};

template <>
struct Deserializer<NeuropodValueMap>
{
    static NeuropodValueMap read(std::istream &in)
    {
        StreamReader         reader(in);
        NP_NeuropodValueMap *map  = nullptr;
        const NP_Code        code = NP_DeserializeValueMap(StreamReader::read, &reader, &map, nullptr);
        ValueMapHandle       handle(map);
        reader.check(code);

        NeuropodValueMap values;
        copy_value_map(handle.get(), values);
        return values;
    }
};

} // namespace internal

/// Writes a tensor to a stream, which should be in binary mode. Several may follow each other in one stream.
///
/// Throws InvalidArgumentError if the value is not a tensor, and Error if the stream fails. Exceptions that the stream
/// throws itself pass unchanged.
inline void serialize(std::ostream &out, const NeuropodValue &value)
{
    const NeuropodTensor & tensor = *value.as_tensor();
    internal::StreamWriter writer(out);
    writer.check(NP_SerializeTensor(tensor.get_handle(), internal::StreamWriter::write, &writer, nullptr));
}

/// Writes a map of tensors to a stream, in the order of their names; otherwise as for one tensor. The same map always
/// gives the same bytes.
inline void serialize(std::ostream &out, const NeuropodValueMap &values)
{
    const internal::ValueMapHandle map = internal::to_value_map(values);
    internal::StreamWriter         writer(out);
    writer.check(NP_SerializeValueMap(map.get(), internal::StreamWriter::write, &writer, nullptr));
}

/// Reads what `serialize` wrote: `Result` is `std::shared_ptr<NeuropodValue>` for a tensor, or NeuropodValueMap. The
/// stream is left right after it.
///
/// Throws Error if the bytes are not what `serialize` writes, or the stream ends or fails. Exceptions that the stream
/// throws itself pass unchanged.
template <typename Result>
Result deserialize(std::istream &in)
{
    return internal::Deserializer<Result>::read(in);
}

/// The same. The allocator is not used: the tensors suit every model.
template <typename Result>
Result deserialize(std::istream &in, NeuropodTensorAllocator & /*allocator*/)
{
    return internal::Deserializer<Result>::read(in);
}

} // namespace neuropod

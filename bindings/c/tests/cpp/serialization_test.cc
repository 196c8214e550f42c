// Tensors and maps to and from streams.
#include "check.hh"

#include <neuropod/neuropod.hh>

#include <ios>
#include <sstream>
#include <stdexcept>
#include <streambuf>

using namespace neuropod;

namespace
{

const auto allocator = get_generic_tensor_allocator();

using Value = std::shared_ptr<NeuropodValue>;

void check_round_trip(const Value &value)
{
    std::stringstream stream;
    serialize(stream, *value);
    const auto copy = deserialize<Value>(stream, *allocator);
    CHECK(*value == *copy);
    CHECK_EQ(value->get_tensor_type(), copy->get_tensor_type());
    CHECK(copy->as_tensor()->is_writable());
}

std::shared_ptr<TypedNeuropodTensor<std::string>> strings(const std::vector<std::int64_t> &dims)
{
    auto tensor = allocator->allocate_tensor<std::string>(dims);
    tensor->copy_from({"A", "", std::string("C\0", 2), "D"});
    return tensor;
}

// A buffer that throws.
struct Broken : std::streambuf
{
    int_type underflow() override { throw std::logic_error("broken"); }
    int_type overflow(int_type) override { throw std::logic_error("broken"); }
    std::streamsize xsputn(const char *, std::streamsize) override { throw std::logic_error("broken"); }
    std::streamsize xsgetn(char *, std::streamsize) override { throw std::logic_error("broken"); }
};

} // namespace

TEST(tensors)
{
    check_round_trip(allocator->arange<float>(3));
    check_round_trip(allocator->arange<std::int32_t>(6));
    check_round_trip(allocator->ones<double>({2, 2, 2}));
    check_round_trip(allocator->eye<bool>(3, 3));
    check_round_trip(allocator->full({2}, float16_t(1.5F)));
    check_round_trip(allocator->full({2}, bfloat16_t(1.5F)));
    check_round_trip(allocator->ones<std::uint64_t>({}));
    check_round_trip(allocator->ones<float>({0, 3}));
    check_round_trip(allocator->zeros<std::int8_t>({3000000}));
}

TEST(string_tensors)
{
    check_round_trip(strings({4}));
    check_round_trip(strings({2, 2}));
    check_round_trip(allocator->allocate_tensor<std::string>({0}));
}

TEST(several_tensors_in_a_stream)
{
    const auto        a = allocator->ones<std::int32_t>({2, 3});
    const auto        b = strings({2, 2});
    const auto        c = allocator->arange<float>(3);
    std::stringstream stream;
    serialize(stream, *a);
    serialize(stream, *b);
    serialize(stream, *c);
    stream << "rest";

    stream.seekg(0, std::ios::beg);
    CHECK(*a == *deserialize<Value>(stream, *allocator));
    CHECK(*b == *deserialize<Value>(stream));
    CHECK(*c == *deserialize<Value>(stream, *allocator));
    std::string rest;
    stream >> rest;
    CHECK_EQ(rest, "rest");
}

TEST(maps)
{
    const NeuropodValueMap map = {{"int", allocator->ones<std::int32_t>({2, 3})},
                                  {"string", strings({4})},
                                  {"float", allocator->arange<float>(3)}};
    std::stringstream stream;
    serialize(stream, map);
    serialize(stream, NeuropodValueMap());

    const auto copy = deserialize<NeuropodValueMap>(stream, *allocator);
    CHECK_EQ(copy.size(), 3U);
    for (const auto &item : map)
    {
        CHECK(*copy.at(item.first) == *item.second);
    }
    CHECK(deserialize<NeuropodValueMap>(stream).empty());
}

TEST(the_same_map_gives_the_same_bytes)
{
    NeuropodValueMap a;
    NeuropodValueMap b;
    for (int i = 0; i < 50; ++i)
    {
        a[std::to_string(i)]      = allocator->ones<float>({1});
        b[std::to_string(49 - i)] = allocator->ones<float>({1});
    }
    std::ostringstream first;
    std::ostringstream second;
    serialize(first, a);
    serialize(second, b);
    CHECK_EQ(first.str(), second.str());
}

TEST(bytes_that_are_not_ours)
{
    std::stringstream nonsense("this is not a tensor, and not a map of tensors either");
    CHECK_THROWS(Error, "", deserialize<Value>(nonsense));
    std::stringstream empty;
    CHECK_THROWS(Error, "", deserialize<NeuropodValueMap>(empty));

    std::ostringstream whole;
    serialize(whole, *allocator->arange<float>(100));
    for (std::size_t size = 0; size < whole.str().size(); size += 7)
    {
        std::istringstream part(whole.str().substr(0, size));
        CHECK_THROWS(Error, "", deserialize<Value>(part));
    }
    std::istringstream tensor(whole.str());
    CHECK_THROWS(Error, "", deserialize<NeuropodValueMap>(tensor));
}

TEST(streams_that_fail)
{
    const auto         tensor = allocator->arange<float>(3);
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    CHECK_THROWS(Error, "", serialize(out, *tensor));

    Broken       buffer;
    std::ostream broken(&buffer);
    CHECK_THROWS(Error, "", serialize(broken, *tensor));
    std::istream source(&buffer);
    CHECK_THROWS(Error, "", deserialize<Value>(source));
}

TEST(exceptions_of_streams_pass)
{
    const auto   tensor = allocator->arange<float>(3);
    Broken       buffer;
    std::ostream out(&buffer);
    out.exceptions(std::ios::badbit);
    CHECK_THROWS(std::logic_error, "broken", serialize(out, *tensor));
    std::istream in(&buffer);
    in.exceptions(std::ios::badbit);
    CHECK_THROWS(std::logic_error, "broken", deserialize<Value>(in));

    std::istringstream empty;
    empty.exceptions(std::ios::failbit | std::ios::badbit);
    CHECK_THROWS(std::ios_base::failure, "", deserialize<Value>(empty));

    std::stringstream strict;
    strict.exceptions(std::ios::failbit | std::ios::badbit | std::ios::eofbit);
    serialize(strict, *tensor);
    CHECK(*deserialize<Value>(strict) == *tensor);
}

TEST(values_that_cannot_be_written)
{
    std::ostringstream out;
    CHECK_THROWS(InvalidArgumentError, "\"x\" is a null pointer", serialize(out, NeuropodValueMap{{"x", nullptr}}));
    const NeuropodValueMap cut = {{std::string("a\0b", 3), allocator->ones<float>({1})}};
    CHECK_THROWS(InvalidArgumentError, "null byte", serialize(out, cut));
    CHECK(out.str().empty());
}

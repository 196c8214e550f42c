/// @file
/// A string of a tensor.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

namespace neuropod
{

/// Stands for one string of a tensor: accessors return it in place of a reference.
///
/// Assigning to it sets the string, converting it to std::string copies the string. It is valid as long as the tensor
/// lives. `T` is the tensor's type, const if the string can only be read. An index beyond the end throws
/// InvalidArgumentError when the string is read or set.
template <typename T>
class StringProxy
{
public:
    StringProxy(T &tensor, std::size_t index) : tensor_(&tensor), index_(index) {}
    StringProxy(const StringProxy &) = default;

    /// Sets the string to a copy of the bytes.
    StringProxy &operator=(const std::string &value) { return assign(value); }

    /// Sets the string to a copy of the other's.
    StringProxy &operator=(const StringProxy &other) { return assign(std::string(other.view())); }

    /// A copy of the string.
    operator std::string() const { return std::string(view()); }

    /// The bytes themselves, without a copy: valid until the tensor is next changed or freed.
    std::string_view view() const { return tensor_->get_view(index_); }

    /// @name Comparison of the bytes
    /// @{
    friend bool operator==(const StringProxy &a, const StringProxy &b) { return a.view() == b.view(); }
    friend bool operator==(const StringProxy &a, std::string_view b) { return a.view() == b; }
    friend bool operator==(std::string_view a, const StringProxy &b) { return a == b.view(); }
    friend bool operator!=(const StringProxy &a, const StringProxy &b) { return a.view() != b.view(); }
    friend bool operator!=(const StringProxy &a, std::string_view b) { return a.view() != b; }
    friend bool operator!=(std::string_view a, const StringProxy &b) { return a != b.view(); }
    friend bool operator<(const StringProxy &a, const StringProxy &b) { return a.view() < b.view(); }
    friend bool operator<(const StringProxy &a, std::string_view b) { return a.view() < b; }
    friend bool operator<(std::string_view a, const StringProxy &b) { return a < b.view(); }
    friend bool operator>(const StringProxy &a, const StringProxy &b) { return a.view() > b.view(); }
    friend bool operator>(const StringProxy &a, std::string_view b) { return a.view() > b; }
    friend bool operator>(std::string_view a, const StringProxy &b) { return a > b.view(); }
    friend bool operator<=(const StringProxy &a, const StringProxy &b) { return a.view() <= b.view(); }
    friend bool operator<=(const StringProxy &a, std::string_view b) { return a.view() <= b; }
    friend bool operator<=(std::string_view a, const StringProxy &b) { return a <= b.view(); }
    friend bool operator>=(const StringProxy &a, const StringProxy &b) { return a.view() >= b.view(); }
    friend bool operator>=(const StringProxy &a, std::string_view b) { return a.view() >= b; }
    friend bool operator>=(std::string_view a, const StringProxy &b) { return a >= b.view(); }
    /// @}

    /// Prints the string.
    friend std::ostream &operator<<(std::ostream &out, const StringProxy &value) { return out << value.view(); }

private:
    StringProxy &assign(std::string_view value)
    {
        tensor_->set(index_, value);
        return *this;
    }

    T *         tensor_;
    std::size_t index_;
};

} // namespace neuropod

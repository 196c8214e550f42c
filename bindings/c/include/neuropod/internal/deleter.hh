/// @file
/// What frees the memory that a tensor was made from.
#pragma once

#include <functional>
#include <memory>

namespace neuropod
{

/// Frees memory given to `tensor_from_memory`. It gets the pointer to the data.
///
/// It is called exactly once, on whichever thread lets go of the memory last. Exceptions that it throws are lost.
using Deleter = std::function<void(void *)>;

namespace internal
{

/// A deleter on its way through the C API.
struct DeleterBox
{
    Deleter deleter;
    void *  data;
    bool    armed; // until it is, running the box calls nothing
};

/// Calls the deleter of a box and deletes the box.
inline void run_deleter_box(DeleterBox *raw) noexcept
{
    const std::unique_ptr<DeleterBox> box(raw);
    if (!box->armed || !box->deleter)
    {
        return;
    }
    try
    {
        box->deleter(box->data);
    }
    catch (...) // it must not pass through C
    {
    }
}

/// The function for the C API: `arg` is the box.
inline void run_deleter_callback(void * /*data*/, void *arg) noexcept
{
    run_deleter_box(static_cast<DeleterBox *>(arg));
}

} // namespace internal

/// Keeps a deleter and its data for later. Returns a handle for `run_deleter`.
inline void *register_deleter(const Deleter &deleter, void *data)
{
    return new internal::DeleterBox{deleter, data, true};
}

/// Calls a deleter that `register_deleter` kept. The handle must not be used again.
inline void run_deleter(void *handle)
{
    internal::run_deleter_box(static_cast<internal::DeleterBox *>(handle));
}

} // namespace neuropod

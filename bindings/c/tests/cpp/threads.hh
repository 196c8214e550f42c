// What the tests with threads share.
#pragma once

#include "models.hh"

#include <neuropod/neuropod.hh>

#include <atomic>
#include <exception>
#include <iostream>
#include <thread>
#include <vector>

// Runs a function with the numbers 0 to 7 in as many threads, and returns how many of them returned true.
template <typename Function>
int in_threads(Function function)
{
    std::atomic<int>         good{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
    {
        threads.emplace_back([&good, function, i]() {
            try
            {
                good += function(i) ? 1 : 0;
            }
            catch (const std::exception &error)
            {
                std::cerr << error.what() << '\n';
            }
        });
    }
    for (auto &thread : threads)
    {
        thread.join();
    }
    return good;
}

// Whether an addition model adds, many times.
inline bool adds(const neuropod::Neuropod &model, float number)
{
    const auto allocator = model.get_tensor_allocator();
    const auto x         = allocator->full<float>({16}, number);
    const auto y         = allocator->ones<float>({16});
    for (int i = 0; i < 100; ++i)
    {
        if (*model.infer({{"x", x}, {"y", y}})->at("out") != *allocator->full<float>({16}, number + 1))
        {
            return false;
        }
    }
    return true;
}

// A few checks and a list of tests: what the tests in C++ share. Each file of tests is a program.
#pragma once

#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace check
{

using Tests = std::vector<std::pair<const char *, std::function<void()>>>;

inline Tests &tests()
{
    static Tests all;
    return all;
}

struct Register
{
    Register(const char *name, std::function<void()> test) { tests().emplace_back(name, std::move(test)); }
};

[[noreturn]] inline void fail(const char *file, int line, const std::string &message)
{
    throw std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + message);
}

// Runs a function that must throw `Error` with `part` in its message.
template <typename Error, typename Function>
void throws(const char *file, int line, const std::string &part, Function function)
{
    std::string message;
    try
    {
        function();
        message = "no exception";
    }
    catch (const Error &error)
    {
        if (std::string(error.what()).find(part) != std::string::npos)
            return;
        message = error.what();
    }
    fail(file, line, "expected an exception with \"" + part + "\", got: " + message);
}

inline int run()
{
    int failures = 0;
    for (const auto &test : tests())
    {
        try
        {
            test.second();
        }
        catch (const std::exception &error)
        {
            std::cerr << test.first << ": " << error.what() << '\n';
            ++failures;
        }
    }
    std::cerr << tests().size() << " tests, " << failures << " failures\n";
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace check

#define TEST(name)                                       \
    static void            name();                       \
    static check::Register register_##name(#name, name); \
    static void            name()

#define CHECK(condition) ((condition) ? void() : check::fail(__FILE__, __LINE__, "expected " #condition))
#define CHECK_EQ(a, b) (((a) == (b)) ? void() : check::fail(__FILE__, __LINE__, "expected " #a " == " #b))
#define CHECK_THROWS(error, part, ...) \
    check::throws<error>(__FILE__, __LINE__, part, [&]() { static_cast<void>(__VA_ARGS__); })

int main()
{
    return check::run();
}

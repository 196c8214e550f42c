// Compiled by `cargo xtask setup` to see whether there is a C++17 compiler with its library.
#include <memory>
#include <optional>
std::optional<int> present;

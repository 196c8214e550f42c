// The outputs of a call, copied to be compared.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

using Numbers = std::vector<float>;
using Strings = std::vector<std::string>;
using Values  = std::map<std::string, std::variant<Numbers, Strings>>;

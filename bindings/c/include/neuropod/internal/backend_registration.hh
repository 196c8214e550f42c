/// @file
/// The choice of a backend.
#pragma once

#include <string>

namespace neuropod
{

/// The plugin for packages of a platform: no other is looked for. Several for one platform are tried in their order.
struct BackendLoadSpec
{
    /// The platform, such as "python", "tensorflow" or "torchscript".
    std::string type;

    /// Not used: a plugin says itself which version of the platform it provides.
    std::string version;

    /// The plugin: its library's file, its folder, or a folder of plugins.
    std::string path;

    bool operator==(const BackendLoadSpec &other) const
    {
        return type == other.type && version == other.version && path == other.path;
    }

    bool operator!=(const BackendLoadSpec &other) const { return !(*this == other); }
};

} // namespace neuropod

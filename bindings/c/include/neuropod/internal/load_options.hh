/// @file
/// From RuntimeOptions to the C API's options.
#pragma once

#include "neuropod/internal/backend_registration.hh"
#include "neuropod/internal/c_string.hh"
#include "neuropod/internal/handle.hh"
#include "neuropod/options.hh"

#include <cstring>
#include <string>
#include <vector>

namespace neuropod
{
namespace internal
{

/// The options that the C API has in a struct.
inline NP_RuntimeOptions basic_options(const RuntimeOptions &options)
{
    NP_RuntimeOptions  basic = NP_DefaultRuntimeOptions();
    const std::string &queue = options.ope_options.control_queue_name;
    if (queue.size() >= sizeof(basic.ope_options.control_queue_name))
    {
        throw_invalid_argument("The name of the control queue has " + std::to_string(queue.size()) +
                               " bytes, but at most " + std::to_string(QUEUENAME_MAX - 1) + " fit");
    }
    std::memset(basic.ope_options.control_queue_name, 0, sizeof(basic.ope_options.control_queue_name));
    std::memcpy(basic.ope_options.control_queue_name, c_string(queue, "name of the control queue"), queue.size());

    basic.use_ope                             = options.use_ope;
    basic.ope_options.free_memory_every_cycle = options.ope_options.free_memory_every_cycle;
    basic.visible_device                      = options.visible_device;
    basic.load_model_at_construction          = options.load_model_at_construction;
    basic.disable_shape_and_type_checking     = options.disable_shape_and_type_checking;
    return basic;
}

/// The C API's value.
inline NP_Integrity to_c(Integrity integrity)
{
    switch (integrity)
    {
    case Integrity::verify:
        return NP_INTEGRITY_VERIFY;
    case Integrity::require:
        return NP_INTEGRITY_REQUIRE;
    case Integrity::skip:
        return NP_INTEGRITY_SKIP;
    }
    throw_invalid_argument("Unknown value of Integrity");
}

/// Sets what says where and how the model runs.
inline void set_execution(NP_LoadOptions *to, const RuntimeOptions &options)
{
    if (!options.device.empty())
    {
        check(NP_SetDevice(to, c_string(options.device, "device"), nullptr));
    }
    check(NP_SetThreads(to, options.intra_op_threads, options.inter_op_threads, nullptr));
    for (const auto &item : options.backend_options)
    {
        check(NP_SetBackendOption(
            to, c_string(item.first, "backend option"), c_string(item.second, "backend option's value"), nullptr));
    }
}

/// Sets what says which packages and backends may be loaded.
inline void set_loading(NP_LoadOptions *to, const RuntimeOptions &options)
{
    check(NP_SetAllowCustomOps(to, options.allow_custom_ops, nullptr));
    check(NP_SetIntegrity(to, to_c(options.integrity), nullptr));
    check(NP_SetSeparateSymbols(to, options.separate_symbols, nullptr));
    if (!options.version_range.empty())
    {
        check(NP_SetVersionRange(to, c_string(options.version_range, "version range"), nullptr));
    }
    for (const std::string &path : options.plugin_paths)
    {
        check(NP_AddPluginPath(to, c_string(path, "plugin path"), nullptr));
    }
    if (!options.environment.empty())
    {
        check(NP_SetEnvironment(to, c_string(options.environment, "environment"), nullptr));
    }
}

/// Makes the C API's options.
inline LoadOptionsHandle make_load_options(const RuntimeOptions &              options,
                                           const std::vector<BackendLoadSpec> &backends)
{
    const NP_RuntimeOptions basic = basic_options(options);
    LoadOptionsHandle       to    = require(LoadOptionsHandle(NP_NewLoadOptions(&basic)));
    for (const BackendLoadSpec &backend : backends)
    {
        check(NP_OverrideBackend(
            to.get(), c_string(backend.type, "type"), c_string(backend.path, "path"), nullptr));
    }
    set_execution(to.get(), options);
    set_loading(to.get(), options);
    return to;
}

} // namespace internal
} // namespace neuropod

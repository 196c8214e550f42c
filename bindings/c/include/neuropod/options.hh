/// @file
/// How to load a model.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace neuropod
{

/// A device: -1 is the CPU, any other number is the index of a GPU.
typedef int NeuropodDevice;

/// Names for devices. A machine with more GPUs takes their indices.
namespace Device
{
constexpr int CPU  = -1;
constexpr int GPU0 = 0;
constexpr int GPU1 = 1;
constexpr int GPU2 = 2;
constexpr int GPU3 = 3;
constexpr int GPU4 = 4;
constexpr int GPU5 = 5;
constexpr int GPU6 = 6;
constexpr int GPU7 = 7;
} // namespace Device

/// How a package's files are held against its manifest.
enum class Integrity
{
    /// If there is a manifest, the files must be as it says.
    verify,
    /// There must be a manifest, and the files as it says.
    require,
    /// The manifest is not looked at.
    skip,
};

/// Options for running a model in a process of its own. They have no meaning while that is not available.
struct OPEOptions
{
    /// Whether to free unused shared memory after every inference.
    bool free_memory_every_cycle = true;

    /// The control queue of a running worker to use. Empty: a new worker is started.
    /// A name of QUEUENAME_MAX (256) bytes or more is an error.
    std::string control_queue_name = {};
};

/// How to load a model. The defaults suit most programs.
struct RuntimeOptions
{
    using OPEOptions = neuropod::OPEOptions;

    /// Whether to run the model in a process of its own. Not available: loading throws BackendError with the code
    /// NEUROPOD_UNSUPPORTED if it is set.
    bool use_ope = false;

    /// Options for that process.
    OPEOptions ope_options = {};

    /// The device to prefer. If it is a GPU which is not there, the model runs on the CPU.
    NeuropodDevice visible_device = Device::GPU0;

    /// Whether the constructor loads the model. If not, the constructor reads the package only, and the model is loaded
    /// by `Neuropod::load_model`, or else by the first call that needs it.
    bool load_model_at_construction = true;

    /// Whether to pass inputs and outputs without checking their shapes and types against the specification.
    bool disable_shape_and_type_checking = false;

    /// The device to require, such as "cpu" or "cuda:0": loading fails if it is not there. Empty: `visible_device`.
    std::string device = {};

    /// The number of threads within one operator. 0: the framework's choice.
    std::size_t intra_op_threads = 0;

    /// The number of threads for independent operators. 0: the framework's choice.
    std::size_t inter_op_threads = 0;

    /// Whether packages that carry custom operators may be loaded. These are native code that can do whatever the
    /// process can. If not, loading such a package throws BackendError with the code NEUROPOD_FORBIDDEN.
    bool allow_custom_ops = true;

    /// How the package's files are held against its manifest.
    Integrity integrity = Integrity::verify;

    /// The range of the framework's versions to take, such as "^2.1" (written as npm writes ranges), instead of the
    /// package's own. Empty: the package's.
    std::string version_range = {};

    /// Whether the symbols in shapes are resolved among inputs alone and among outputs alone, as in the original
    /// Neuropod. If not, a symbol stands for one size in the whole call.
    bool separate_symbols = false;

    /// Options of the backend by the names in its documentation.
    std::map<std::string, std::string> backend_options = {};

    /// Where to look for plugins before the standard places, in this order: each is a plugin's library or folder, or a
    /// folder of plugins.
    std::vector<std::string> plugin_paths = {};

    /// The folder of a Python environment in which frameworks are looked for if none is active. Empty: none.
    std::string environment = {};
};

} // namespace neuropod

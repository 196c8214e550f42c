// The options for loading a model.
#include "check.hh"
#include "models.hh"

#include <neuropod/neuropod.hh>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using namespace neuropod;

namespace
{

void load(const RuntimeOptions &options)
{
    const Neuropod model(package("addition-torchscript"), options);
    const auto     x = model.allocate_tensor<float>({2});
    CHECK_EQ(model.infer({{"x", x}, {"y", x}})->size(), 1U);
}

void load_with(const std::vector<BackendLoadSpec> &backends)
{
    RuntimeOptions options;
    options.visible_device = Device::CPU;
    const Neuropod model(package("addition-torchscript"), backends, options);
}

} // namespace

TEST(defaults)
{
    const RuntimeOptions options;
    CHECK(!options.use_ope && options.ope_options.free_memory_every_cycle);
    CHECK(options.ope_options.control_queue_name.empty());
    CHECK_EQ(options.visible_device, Device::GPU0);
    CHECK(options.load_model_at_construction && !options.disable_shape_and_type_checking);
    CHECK(options.device.empty() && options.intra_op_threads == 0 && options.inter_op_threads == 0);
    CHECK(options.allow_custom_ops && options.integrity == Integrity::verify && !options.separate_symbols);
    CHECK(options.version_range.empty() && options.backend_options.empty() && options.plugin_paths.empty());
    CHECK_EQ(Device::CPU, NP_DEVICE_CPU);
    const NeuropodDevice device = Device::GPU7;
    CHECK_EQ(device, 7);
}

TEST(options_reach_the_c_api)
{
    RuntimeOptions options;
    options.use_ope                             = true;
    options.ope_options.free_memory_every_cycle = false;
    options.ope_options.control_queue_name      = std::string(QUEUENAME_MAX - 1, 'q');
    options.visible_device                      = Device::CPU;
    options.load_model_at_construction          = false;
    options.disable_shape_and_type_checking     = true;

    const NP_RuntimeOptions basic = internal::basic_options(options);
    CHECK(basic.use_ope && !basic.ope_options.free_memory_every_cycle);
    CHECK_EQ(std::strlen(basic.ope_options.control_queue_name), std::size_t{QUEUENAME_MAX - 1});
    CHECK_EQ(basic.visible_device, NP_DEVICE_CPU);
    CHECK(!basic.load_model_at_construction && basic.disable_shape_and_type_checking);

    options.ope_options.control_queue_name += 'q';
    CHECK_THROWS(InvalidArgumentError, "at most 255 fit", internal::basic_options(options));
}

TEST(models_load_with_options)
{
    RuntimeOptions options;
    options.visible_device   = Device::CPU;
    options.device           = "cpu";
    options.intra_op_threads = 1;
    options.integrity        = Integrity::skip;
    options.allow_custom_ops = false;
    options.separate_symbols = true;
    load(options);
}

TEST(options_that_are_not_valid)
{
    RuntimeOptions options;
    options.device = "toaster";
    CHECK_THROWS(Error, "toaster", load(options));
    options        = {};
    options.device = std::string("cpu\0", 4);
    CHECK_THROWS(InvalidArgumentError, "null byte", load(options));
    options               = {};
    options.version_range = "not a range";
    CHECK_THROWS(Error, "", load(options));
}

TEST(loading_later)
{
    RuntimeOptions options;
    options.load_model_at_construction = false;
    Neuropod model(package("addition-torchscript"), options);
    CHECK_EQ(model.get_platform(), "torchscript");
    CHECK_EQ(model.get_inputs().size(), 2U);
    model.load_model();
    const auto x = model.allocate_tensor<float>({2});
    CHECK_EQ(model.infer({{"x", x}, {"y", x}})->size(), 1U);

    // Without load_model, the first call that needs the model loads it.
    const Neuropod other(package("addition-torchscript"), options);
    CHECK_EQ(other.infer({{"x", x}, {"y", x}})->size(), 1U);
}

TEST(unchecked_inputs)
{
    RuntimeOptions options;
    options.disable_shape_and_type_checking = true;
    const Neuropod model(package("addition-torchscript"), options);
    const auto     x = model.allocate_tensor<float>({2, 2});
    CHECK_EQ(model.infer({{"x", x}, {"y", x}})->at("out")->get_num_elements(), 4U);
}

namespace
{

// The plugin with the fake backend, and no place where the library would find it itself.
std::string take_plugin()
{
    static const std::string folder = [] {
        const char *named = std::getenv("NEUROPOD_PLUGIN_PATH");
        std::string path  = named == nullptr ? "" : named;
        unsetenv("NEUROPOD_PLUGIN_PATH");
        return path;
    }();
    return folder + "/fake";
}

void run_fake(const Neuropod &model)
{
    const auto x = model.allocate_tensor<float>({1});
    x->copy_from({2});
    CHECK_EQ(model.infer({{"x", x}, {"y", x}})->at("out")->as_typed_tensor<float>()->as_scalar(), 4.0F);
}

} // namespace

TEST(a_backend_for_a_platform)
{
    const std::string plugin = take_plugin(), fake = package("addition-fake");
    CHECK_THROWS(BackendError, "fake", Neuropod(fake));
    run_fake(Neuropod(fake, {{"fake", "3.0.0", plugin}}));
    // It is the only one, and for its platform alone.
    CHECK_THROWS(BackendError, "no-such", Neuropod(fake, {{"fake", "", "no-such"}, {"torchscript", "", plugin}}));
    load_with({{"fake", "", "no-such"}});
    CHECK_THROWS(BackendError, "torchscript", load_with({{"torchscript", "", plugin}}));
}

TEST(places_of_plugins)
{
    RuntimeOptions options;
    options.plugin_paths = {"no-such", take_plugin()};
    run_fake(Neuropod(package("addition-fake"), options));
}

TEST(options_of_backends)
{
    RuntimeOptions options;
    options.visible_device  = Device::CPU;
    options.backend_options = {{"python.no-such-option", "1"}};
    CHECK_THROWS(Error, "there is no option `python.no-such-option`", Neuropod(package("addition-python"), options));
}

TEST(an_environment_that_is_not_there_is_passed_over)
{
    RuntimeOptions options;
    options.environment = "/no/such/environment";
    load(options);
}

TEST(specs_of_backends_compare)
{
    const BackendLoadSpec a{"torchscript", "1.0", "/path"};
    CHECK((a == BackendLoadSpec{"torchscript", "1.0", "/path"}));
    CHECK((a != BackendLoadSpec{"torchscript", "1.1", "/path"}));
}

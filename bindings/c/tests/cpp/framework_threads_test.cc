// Models of frameworks, each in many threads.
#include "check.hh"
#include "threads.hh"

using namespace neuropod;

namespace
{

void run_in_threads(const char *name, bool load_model_at_construction)
{
    RuntimeOptions options;
    options.load_model_at_construction = load_model_at_construction;
    const Neuropod model(package(name), options);
    CHECK_EQ(in_threads([&](int i) { return adds(model, static_cast<float>(i)); }), 8);
}

} // namespace

TEST(torchscript)
{
    run_in_threads("addition-torchscript", true);
    run_in_threads("addition-torchscript", false);
}

TEST(tensorflow)
{
    run_in_threads("addition-tensorflow", true);
}

TEST(python)
{
    run_in_threads("addition-python", true);
}

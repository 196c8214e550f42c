#include "payload.hh"

#include "checks.hh"
#include "program.hh"
#include "records.hh"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace
{

struct Free
{
    void operator()(float *memory) const { std::free(memory); }
};

// Memory of the program's, aligned to 64 bytes, so that no backend copies it.
class Memory
{
public:
    explicit Memory(std::int64_t count)
        : count_(count), data_(static_cast<float *>(std::aligned_alloc(64, size(count))))
    {
        std::fill_n(data_.get(), count, 1.0F);
    }

    // Wraps the memory, and has the model return it.
    void pass_through(const neuropod::Neuropod &model) const
    {
        const auto  x       = model.tensor_from_memory<float>({count_}, data_.get(), [](void *) {});
        const auto  outputs = model.infer({{"x", x}});
        const auto &out     = *outputs->at("out")->as_typed_tensor<float>();
        require(out.get_raw_data_ptr() == data_.get(), "the memory was copied");
    }

private:
    // In bytes: a multiple of the alignment.
    static std::size_t size(std::int64_t count)
    {
        return (static_cast<std::size_t>(count) * sizeof(float) + 63) / 64 * 64;
    }

    std::int64_t                 count_;
    std::unique_ptr<float, Free> data_;
};

} // namespace

void compare_payloads(const Program &program)
{
    const std::string name = "64 MiB against 4 B";
    if (!program.runs(name))
    {
        return;
    }
    const auto   model = load_on_cpu(program.package("large"));
    const Memory large(std::int64_t{64} << 18), small(1);
    const auto   turns = measure_in_turns([&] { large.pass_through(model); }, [&] { small.pass_through(model); });
    save({"payload", program.backend(), name, "4 B"}, turns);
}

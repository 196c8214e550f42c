// One call: inputs onto the stack without a copy, forward(), outputs to the caller.
#include "outputs.h"

#include <ATen/Parallel.h>
#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/function.h>
#include <ATen/core/jit_type.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/InferenceMode.h>

#include <cstring>
#include <limits>

namespace neuropod {
namespace {

using torch::jit::Stack;

// Gives each thread one stack whose memory is used again and again. A custom op may come back into
// npt_infer from inside a call, so a call takes the stack away for as long as it uses it.
class BorrowedStack {
 public:
  BorrowedStack() : stack(std::move(spare())) {}
  ~BorrowedStack() {
    stack.clear();
    if (stack.capacity() > spare().capacity()) spare() = std::move(stack);
  }
  BorrowedStack(const BorrowedStack&) = delete;
  BorrowedStack& operator=(const BorrowedStack&) = delete;

  Stack stack;

 private:
  static Stack& spare() {
    thread_local Stack stack;
    return stack;
  }
};

// The caller's memory that torch sees during the call, and has to let go of when it ends.
class Lent {
 public:
  explicit Lent(const npt_memory& memory) : memory_(memory) {}

  void add(c10::intrusive_ptr<c10::StorageImpl> storage, const npt_input& input) {
    entries_.push_back(Entry{std::move(storage), &input});
  }

  // Called when the stack is empty: whoever still holds a storage keeps it past the call, as an
  // identity model's output does. From here on that memory has an owner of its own.
  void settle() {
    for (auto& entry : entries_) {
      if (entry.storage.use_count() > 1) keep(*entry.storage, *entry.input);
    }
    entries_.clear();
  }

  at::DataPtr owned(const npt_input& input) const {
    void* reference = memory_.retain(input.owner);
    return at::DataPtr(const_cast<void*>(input.data), reference, memory_.release, c10::kCPU);
  }

  static at::DataPtr copied(const npt_input& input) {
    auto copy = c10::GetCPUAllocator()->allocate(input.bytes);
    if (input.bytes != 0) std::memcpy(copy.get(), input.data, input.bytes);
    return copy;
  }

 private:
  struct Entry {
    c10::intrusive_ptr<c10::StorageImpl> storage;
    const npt_input* input;
  };

  void keep(c10::StorageImpl& storage, const npt_input& input) const {
    storage.set_data_ptr_noswap(input.owner != nullptr ? owned(input) : copied(input));
  }

  const npt_memory& memory_;
  c10::SmallVector<Entry, 8> entries_;
};

class Call {
 public:
  Call(const npt_model& model, const npt_memory& memory)
      : model_(model),
        lent_(memory),
        outlives_(model.traits.stateful || model.traits.asynchronous) {}

  c10::IValue run(const npt_input* inputs, size_t count) {
    BorrowedStack borrowed;
    Stack& stack = borrowed.stack;
    try {
      fill(stack, inputs, count);
      model_.forward->run(stack);
      c10::IValue result = std::move(stack.back());
      stack.clear();
      lent_.settle();
      return result;
    } catch (...) {
      stack.clear();
      lent_.settle();
      throw;
    }
  }

 private:
  void fill(Stack& stack, const npt_input* inputs, size_t count) {
    stack.assign(model_.initial_stack.begin(), model_.initial_stack.end());
    if (model_.dict_index) {
      stack[*model_.dict_index] = dict(inputs, count);
    } else {
      for (size_t i = 0; i < count; i++) {
        const InputSlot& slot = model_.inputs.at(inputs[i].slot);
        stack[slot.stack_index] = value(slot, inputs[i]);
      }
    }
    for (size_t place : model_.required) {
      if (stack[place].isNone()) missing(place);
    }
  }

  c10::IValue dict(const npt_input* inputs, size_t count) {
    c10::impl::GenericDict dict(c10::StringType::get(), model_.dict_value_type);
    dict.reserve(count);
    for (size_t i = 0; i < count; i++) {
      const InputSlot& slot = model_.inputs.at(inputs[i].slot);
      dict.insert_or_assign(slot.key, value(slot, inputs[i]));
    }
    return dict;
  }

  c10::IValue value(const InputSlot& slot, const npt_input& input) {
    const bool strings = input.dtype == NPT_DTYPE_STRING;
    if (strings != (slot.feed == Feed::Strings || slot.feed == Feed::Str)) {
      throw Failure(
          NPT_INVALID_INPUT,
          "input `" + slot.name + "` must " + (strings ? "be numeric" : "hold strings"));
    }
    if (slot.feed == Feed::Tensor) return tensor(slot, input);
    if (slot.feed == Feed::Strings) return string_list(slot, input);
    if (input.count != 1) {
      throw Failure(
          NPT_INVALID_INPUT,
          "input `" + slot.name + "` feeds a scalar argument and must hold 1 element; it holds " +
              std::to_string(input.count));
    }
    if (slot.feed == Feed::Str) return string_at(input, 0);
    return scalar(slot, input);
  }

  // A view of the caller's memory wherever the model's graph lets that be safe.
  at::Tensor tensor(const InputSlot& slot, const npt_input& input) {
    const bool elsewhere = !slot.device.is_cpu();
    const bool copy = !elsewhere && (slot.written || (outlives_ && input.owner == nullptr));
    at::DataPtr data = copy ? Lent::copied(input)
        : outlives_ && input.owner != nullptr
        ? lent_.owned(input)
        : at::DataPtr(const_cast<void*>(input.data), c10::kCPU);
    auto storage = c10::make_intrusive<c10::StorageImpl>(
        c10::StorageImpl::use_byte_size_t(),
        static_cast<int64_t>(input.bytes),
        std::move(data),
        nullptr,
        /*resizable=*/false);
    if (!copy && !outlives_) lent_.add(storage, input);
    auto tensor = at::detail::make_tensor<c10::TensorImpl>(
        c10::Storage(std::move(storage)),
        c10::DispatchKeySet(c10::DispatchKey::CPU),
        c10::scalarTypeToTypeMeta(static_cast<at::ScalarType>(input.dtype)));
    if (input.rank != 1 || input.dims[0] != 0) {
      tensor.unsafeGetTensorImpl()->set_sizes_contiguous(
          c10::IntArrayRef(input.dims, input.rank));
    }
    return elsewhere ? tensor.to(slot.device) : tensor;
  }

  static c10::IValue string_list(const InputSlot& slot, const npt_input& input) {
    if (input.rank != 1) {
      throw Failure(
          NPT_INVALID_INPUT,
          "input `" + slot.name + "` is a List[str] in the model, so it must have 1 dimension; it has " +
              std::to_string(input.rank));
    }
    c10::List<std::string> list;
    list.reserve(input.count);
    for (size_t i = 0; i < input.count; i++) {
      list.push_back(string_at(input, i));
    }
    return list;
  }

  static c10::Scalar read_scalar(const npt_input& input) {
    auto read = [&](auto value) {
      std::memcpy(&value, input.data, sizeof(value));
      return c10::Scalar(value);
    };
    switch (static_cast<at::ScalarType>(input.dtype)) {
      case at::kBool:
        return read(bool{});
      case at::kByte:
        return read(uint8_t{});
      case at::kChar:
        return read(int8_t{});
      case at::kShort:
        return read(int16_t{});
      case at::kInt:
        return read(int32_t{});
      case at::kLong:
        return read(int64_t{});
      case at::kUInt16:
        return read(uint16_t{});
      case at::kUInt32:
        return read(uint32_t{});
      case at::kUInt64:
        return read(uint64_t{});
      case at::kHalf:
        return read(c10::Half{});
      case at::kBFloat16:
        return read(c10::BFloat16{});
      case at::kFloat:
        return read(float{});
      case at::kDouble:
        return read(double{});
      default:
        throw Failure(NPT_INVALID_INPUT, "a scalar of a dtype that has no number");
    }
  }

  static bool fits_in_int64(const c10::Scalar& number) {
    return number.toUInt64() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  }

  static c10::IValue scalar(const InputSlot& slot, const npt_input& input) {
    const c10::Scalar number = read_scalar(input);
    const bool fractional = number.isFloatingPoint();
    if (fractional && (slot.feed == Feed::Int || slot.feed == Feed::Bool)) {
      throw Failure(
          NPT_INVALID_INPUT,
          "input `" + slot.name + "` feeds an " + (slot.feed == Feed::Int ? "int" : "bool") +
              " argument and must be of an integer or bool dtype");
    }
    if (number.isUnsigned() && !fits_in_int64(number) && slot.feed != Feed::Float) {
      throw Failure(
          NPT_INVALID_INPUT,
          "input `" + slot.name + "` holds a number that is too large for torch's int, which has 64 bits "
          "and a sign");
    }
    switch (slot.feed) {
      case Feed::Int:
        return number.toLong();
      case Feed::Bool:
        return number.toBool();
      case Feed::Float:
        return number.toDouble();
      default:
        return fractional ? c10::IValue(number.toDouble()) : c10::IValue(number.toLong());
    }
  }

  [[noreturn]] void missing(size_t place) const {
    const auto& argument = model_.forward->getSchema().arguments()[place];
    throw Failure(
        NPT_MISSING_INPUT,
        "`" + argument.name() + "` was not given, and the model's argument of that name has type `" +
            argument.type()->annotation_str() + "` and no default");
  }

  const npt_model& model_;
  Lent lent_;
  // Something may still look at the inputs when the call is over, in its own time.
  const bool outlives_;
};

}  // namespace
}  // namespace neuropod

npt_status npt_infer(
    const npt_model* model,
    const npt_memory* memory,
    const npt_input* inputs,
    size_t input_count,
    const uint8_t* wanted,
    npt_sink sink,
    void* sink_context) {
  return neuropod::guarded(NPT_MODEL, [&] {
    std::unique_lock<std::mutex> lock(model->state, std::defer_lock);
    if (model->traits.stateful) lock.lock();
    // A thread that torch has not seen yet takes the process's number of threads; not all operators see to it.
    at::internal::lazy_init_num_threads();
    c10::InferenceMode inference;
    auto returned = neuropod::take_apart(
        *model, wanted, neuropod::Call(*model, *memory).run(inputs, input_count));
    for (auto& value : returned) {
      neuropod::deliver(*model, std::move(value), model->traits.stateful, sink, sink_context);
    }
  });
}

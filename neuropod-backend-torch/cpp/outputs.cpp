#include "outputs.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/jit_type.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <c10/core/CPUAllocator.h>

#include <atomic>

namespace neuropod {
namespace {

constexpr size_t kUnnamed = static_cast<size_t>(-1);

// Collects values by name, in the order in which they come.
class Collector {
 public:
  Collector(const npt_model& model, const uint8_t* wanted) : model_(model), wanted_(wanted) {
    found_.resize(model.outputs.size(), 0);
  }

  void add(const std::string& name, const c10::IValue& value) {
    size_t slot = find(name);
    if (slot != kUnnamed) return add(slot, value);
    if (wanted_ != nullptr) return;
    throw Failure(
        NPT_INVALID_OUTPUT,
        "the model returned `" + name + "`, which is no output of the problem definition");
  }

  void add(size_t slot, const c10::IValue& value) {
    if (found_[slot]) {
      throw Failure(NPT_INVALID_OUTPUT, "the model returned `" + model_.outputs[slot].name + "` twice");
    }
    found_[slot] = 1;
    if (wanted_ != nullptr && !wanted_[slot]) return;
    values_.push_back(Returned{slot, value});
  }

  bool complete() const {
    for (size_t i = 0; i < found_.size(); i++) {
      if (is_wanted(i) && !found_[i]) return false;
    }
    return true;
  }

  std::string missing() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < found_.size(); i++) {
      if (is_wanted(i) && !found_[i]) names.push_back("`" + model_.outputs[i].name + "`");
    }
    return joined(names);
  }

  ReturnedValues take() {
    return std::move(values_);
  }

 private:
  bool is_wanted(size_t slot) const {
    return wanted_ == nullptr || wanted_[slot];
  }

  // Models mostly return their outputs in the order of the problem definition.
  size_t find(const std::string& name) {
    const auto& outputs = model_.outputs;
    for (size_t tried = 0; tried < outputs.size(); tried++) {
      size_t slot = next_ < outputs.size() ? next_ : 0;
      next_ = slot + 1;
      if (outputs[slot].name == name) return slot;
    }
    return kUnnamed;
  }

  const npt_model& model_;
  const uint8_t* wanted_;
  size_t next_ = 0;
  c10::SmallVector<uint8_t, 16> found_;
  ReturnedValues values_;
};

// For people: what a result is made of, as far as it explains why it cannot be used.
std::string describe(const c10::IValue& result) {
  if (result.isGenericDict()) {
    std::vector<std::string> keys;
    for (const auto& entry : result.toGenericDict()) {
      keys.push_back(entry.key().isString() ? "`" + entry.key().toStringRef() + "`"
                                            : kind_name(entry.key()));
    }
    return "a dict of " + joined(keys);
  }
  if (result.isTuple()) {
    std::vector<std::string> parts;
    for (const auto& element : result.toTupleRef().elements()) parts.push_back(describe(element));
    return "a tuple of " + joined(parts);
  }
  return kind_name(result);
}

void add_dict(const c10::IValue& dict, Collector& into) {
  for (const auto& entry : dict.toGenericDict()) {
    if (!entry.key().isString()) {
      throw Failure(
          NPT_INVALID_OUTPUT,
          "the model returned a dict whose keys are " + kind_name(entry.key()) +
              "; they must be the outputs' names");
    }
    into.add(entry.key().toStringRef(), entry.value());
  }
}

void add_named_tuple(const c10::TupleType& type, const c10::IValue& tuple, Collector& into) {
  const auto& fields = type.schema()->arguments();
  const auto& elements = tuple.toTupleRef().elements();
  for (size_t i = 0; i < elements.size(); i++) into.add(fields[i].name(), elements[i]);
}

// A tuple or list without names: one element for each output, in the problem definition's order.
template <typename Elements>
void add_positional(
    const npt_model& model, const c10::IValue& result, const Elements& elements, Collector& into) {
  if (elements.size() != model.outputs.size()) {
    throw Failure(
        NPT_INVALID_OUTPUT,
        "the model returned " + describe(result) + " with " + std::to_string(elements.size()) +
            " unnamed elements, and the problem definition has " +
            std::to_string(model.outputs.size()) + " outputs; return a dict from names to tensors");
  }
  for (size_t i = 0; i < elements.size(); i++) into.add(i, elements[i]);
}

void add_tuple(const npt_model& model, const c10::IValue& tuple, Collector& into) {
  auto type = tuple.type()->cast<c10::TupleType>();
  if (type && type->schema()) return add_named_tuple(*type, tuple, into);
  const auto& elements = tuple.toTupleRef().elements();
  size_t dicts = 0;
  for (const auto& element : elements) dicts += element.isGenericDict();
  if (dicts == 0) return add_positional(model, tuple, elements, into);
  if (dicts != elements.size()) {
    throw Failure(
        NPT_INVALID_OUTPUT,
        "the model returned " + describe(tuple) +
            "; a tuple may hold dicts, or unnamed outputs, but not both");
  }
  for (const auto& element : elements) add_dict(element, into);
}

void add_result(const npt_model& model, const c10::IValue& result, Collector& into) {
  if (result.isGenericDict()) return add_dict(result, into);
  if (result.isTuple()) return add_tuple(model, result, into);
  if (result.isTensorList() && !model.outputs.empty()) {
    return add_positional(model, result, result.toTensorList().vec(), into);
  }
  if (model.outputs.size() != 1) {
    throw Failure(
        NPT_INVALID_OUTPUT,
        "the model returned " + describe(result) + ", and the problem definition has " +
            std::to_string(model.outputs.size()) +
            " outputs; return a dict from names to tensors");
  }
  into.add(size_t{0}, result);
}

// A scalar takes the declared dtype where that is of its own kind, as numpy would.
at::ScalarType scalar_type(const OutputSlot& slot, at::ScalarType natural) {
  if (slot.dtype == NPT_DTYPE_STRING) return natural;
  auto declared = static_cast<at::ScalarType>(slot.dtype);
  bool same_kind = at::isFloatingType(natural)
      ? at::isFloatingType(declared)
      : natural != at::kBool && at::isIntegralType(declared, /*includeBool=*/false);
  return same_kind ? declared : natural;
}

at::Tensor from_scalar(const c10::Scalar& scalar, const OutputSlot& slot) {
  auto natural = scalar.type();
  auto tensor = at::scalar_tensor(scalar, at::TensorOptions(natural));
  auto wanted = tensor.to(scalar_type(slot, natural));
  // A number that the declared dtype cannot hold keeps its own, and is refused by validation.
  if (natural == at::kLong && wanted.item().toLong() != scalar.toLong()) wanted = tensor;
  if (slot.rank > 0) {
    wanted = wanted.view(std::vector<int64_t>(static_cast<size_t>(slot.rank), 1));
  }
  return wanted;
}

std::optional<at::Tensor> as_tensor(const c10::IValue& value, const OutputSlot& slot) {
  if (value.isTensor()) return value.toTensor();
  if (value.isInt() || value.isDouble() || value.isBool()) {
    return from_scalar(value.toScalar(), slot);
  }
  if (value.isIntList()) return at::tensor(value.toIntVector());
  if (value.isDoubleList()) {
    return at::tensor(value.toDoubleVector(), at::TensorOptions(at::kDouble))
        .to(scalar_type(slot, at::kDouble));
  }
  return std::nullopt;
}

// The numbers that src/dtype.rs has.
static_assert(
    static_cast<int>(at::kByte) == 0 && static_cast<int>(at::kChar) == 1 &&
    static_cast<int>(at::kShort) == 2 && static_cast<int>(at::kInt) == 3 &&
    static_cast<int>(at::kLong) == 4 && static_cast<int>(at::kHalf) == 5 &&
    static_cast<int>(at::kFloat) == 6 && static_cast<int>(at::kDouble) == 7 &&
    static_cast<int>(at::kBool) == 11 && static_cast<int>(at::kBFloat16) == 15 &&
    static_cast<int>(at::kUInt16) == 27 && static_cast<int>(at::kUInt32) == 28 &&
    static_cast<int>(at::kUInt64) == 29);

bool supported(at::ScalarType type) {
  switch (type) {
    case at::kBool:
    case at::kByte:
    case at::kChar:
    case at::kShort:
    case at::kInt:
    case at::kLong:
    case at::kUInt16:
    case at::kUInt32:
    case at::kUInt64:
    case at::kHalf:
    case at::kBFloat16:
    case at::kFloat:
    case at::kDouble:
      return true;
    default:
      return false;
  }
}

// Dense, row-major, in main memory.
at::Tensor settled(at::Tensor tensor, const std::string& name) {
  if (!tensor.defined()) throw Failure(NPT_INVALID_OUTPUT, "output `" + name + "` is an undefined tensor");
  if (!supported(tensor.scalar_type()) || tensor.layout() != at::kStrided) {
    throw Failure(
        NPT_INVALID_OUTPUT,
        "output `" + name + "` is a " + toString(tensor.scalar_type()) + " tensor of layout " +
            (tensor.layout() == at::kStrided ? "Strided" : "Sparse") +
            "; outputs must be dense and of a dtype that Neuropod has");
  }
  if (tensor.is_neg()) tensor = tensor.resolve_neg();
  if (!tensor.is_cpu()) tensor = tensor.to(at::kCPU);
  return tensor.is_contiguous() ? tensor : tensor.contiguous();
}

// Whether this reference alone leads to the memory. What torch's allocator did not make is another's: an input's,
// perhaps one of an earlier call, or a library's.
bool is_alone(const at::Tensor& tensor) {
  const auto& storage = tensor.storage();
  const bool counted_once =
      tensor.use_count() == 1 && tensor.weak_use_count() == 1 && storage.use_count() == 1;
  if (!counted_once) return false;
  // What others did with the memory before they let go of it has happened.
  std::atomic_thread_fence(std::memory_order_acquire);
  const auto deleter = c10::GetCPUAllocator()->raw_deleter();
  return deleter != nullptr && storage.data_ptr().get_deleter() == deleter;
}

void deliver_tensor(npt_output& output, at::Tensor tensor, npt_sink sink, void* context) {
  auto sizes = tensor.sizes();
  output.dtype = static_cast<int8_t>(tensor.scalar_type());
  output.writable = is_alone(tensor);
  output.rank = static_cast<uint32_t>(sizes.size());
  output.dims = sizes.data();
  output.data = tensor.const_data_ptr();
  output.bytes = tensor.nbytes();
  output.count = static_cast<size_t>(tensor.numel());
  output.handle = tensor.unsafeReleaseTensorImpl();
  sink(context, &output);
}

// Strings one after the other.
struct Strings {
  std::string bytes;
  std::vector<uint64_t> offsets = {0};

  void add(const std::string& text) {
    bytes += text;
    offsets.push_back(bytes.size());
  }
};

void deliver_strings(
    npt_output& output, const Strings& strings, uint32_t rank, npt_sink sink, void* context) {
  output.count = strings.offsets.size() - 1;
  const auto count = static_cast<int64_t>(output.count);
  const c10::SmallVector<int64_t, 4> dims(rank, count);
  output.dtype = NPT_DTYPE_STRING;
  output.rank = rank;
  output.dims = dims.data();
  output.data = strings.bytes.data();
  output.bytes = strings.bytes.size();
  output.offsets = strings.offsets.data();
  sink(context, &output);
}

// An empty list has no element to tell its type by; TorchScript's own type does.
bool is_string_list(const c10::IValue& value) {
  return value.isList() && value.toList().elementType()->kind() == c10::TypeKind::StringType;
}

Strings strings_of(const c10::IValue& value) {
  Strings strings;
  if (value.isString()) {
    strings.add(value.toStringRef());
    return strings;
  }
  auto elements = value.toListRef();
  strings.offsets.reserve(elements.size() + 1);
  for (const c10::IValue& element : elements) strings.add(element.toStringRef());
  return strings;
}

}  // namespace

std::string kind_name(const c10::IValue& value) {
  return value.isNone() ? "None" : value.type()->annotation_str();
}

ReturnedValues take_apart(const npt_model& model, const uint8_t* wanted, c10::IValue result) {
  Collector collector(model, wanted);
  add_result(model, result, collector);
  if (!collector.complete()) {
    throw Failure(
        NPT_INVALID_OUTPUT,
        "the model did not return " + collector.missing() + "; it returned " + describe(result));
  }
  return collector.take();
}

void deliver(
    const npt_model& model, Returned returned, bool exclusive, npt_sink sink, void* context) {
  const OutputSlot& slot = model.outputs[returned.slot];
  const std::string& name = slot.name;
  npt_output output{};
  output.slot = static_cast<uint32_t>(returned.slot);
  if (auto tensor = as_tensor(returned.value, slot)) {
    returned.value = c10::IValue();
    auto dense = settled(std::move(*tensor), name);
    tensor.reset();
    if (exclusive && (dense.use_count() > 1 || dense.storage().use_count() > 1)) {
      dense = dense.clone(at::MemoryFormat::Contiguous);
    }
    return deliver_tensor(output, std::move(dense), sink, context);
  }
  const bool text = returned.value.isString();
  if (text || is_string_list(returned.value)) {
    const uint32_t rank = text && slot.rank <= 0 ? 0 : 1;
    return deliver_strings(output, strings_of(returned.value), rank, sink, context);
  }
  throw Failure(
      NPT_INVALID_OUTPUT,
      "output `" + name + "` is " + kind_name(returned.value) +
          "; it must be a tensor, a list of strings or a number");
}

}  // namespace neuropod

void npt_release_tensor(void* handle) {
  c10::intrusive_ptr<c10::TensorImpl>::reclaim(static_cast<c10::TensorImpl*>(handle));
}

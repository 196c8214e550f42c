// Resolving a problem definition against forward(): done once, so that a call only fills a stack.
#include "model.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>

#include <algorithm>
#include <sstream>

namespace neuropod {
namespace {

std::string schema_text(const npt_model& model) {
  std::ostringstream stream;
  stream << model.forward->getSchema();
  return stream.str();
}

// The alternatives of a type: what is inside Optional and Union, or the type alone.
std::vector<c10::TypePtr> alternatives(const c10::TypePtr& type) {
  if (auto optional = type->cast<c10::OptionalType>()) {
    return alternatives(optional->getElementType());
  }
  if (auto any_of = type->cast<c10::UnionType>()) {
    return any_of->containedTypes().vec();
  }
  return {type};
}

bool accepts_none(const c10::TypePtr& type) {
  return c10::NoneType::get()->isSubtypeOf(*type);
}

std::optional<Feed> feed_of(const c10::TypePtr& type, bool strings) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      return strings ? std::nullopt : std::optional(Feed::Tensor);
    case c10::TypeKind::AnyType:
      return strings ? Feed::Strings : Feed::Tensor;
    case c10::TypeKind::ListType: {
      auto element = type->expectRef<c10::ListType>().getElementType();
      bool fits = strings && element->kind() == c10::TypeKind::StringType;
      return fits ? std::optional(Feed::Strings) : std::nullopt;
    }
    case c10::TypeKind::StringType:
      return strings ? std::optional(Feed::Str) : std::nullopt;
    case c10::TypeKind::IntType:
      return strings ? std::nullopt : std::optional(Feed::Int);
    case c10::TypeKind::FloatType:
      return strings ? std::nullopt : std::optional(Feed::Float);
    case c10::TypeKind::BoolType:
      return strings ? std::nullopt : std::optional(Feed::Bool);
    case c10::TypeKind::NumberType:
      return strings ? std::nullopt : std::optional(Feed::Number);
    default:
      return std::nullopt;
  }
}

Feed choose_feed(const c10::TypePtr& type, const npt_slot_spec& spec, const std::string& name) {
  const bool strings = spec.dtype == NPT_DTYPE_STRING;
  for (const auto& alternative : alternatives(type)) {
    if (auto feed = feed_of(alternative, strings)) return *feed;
  }
  throw Failure(
      NPT_SPEC,
      "input `" + name + "` is a " + (strings ? "string" : "numeric") +
          " tensor in the problem definition, which the model's type `" + type->annotation_str() +
          "` cannot take");
}

// The element type of the one Dict[str, ...] argument, if that is how the model takes its inputs.
c10::TypePtr dict_values(const std::vector<c10::Argument>& arguments) {
  if (arguments.size() != 2) return nullptr;
  for (const auto& type : alternatives(arguments[1].type())) {
    auto dict = type->cast<c10::DictType>();
    if (dict && dict->getKeyType()->kind() == c10::TypeKind::StringType) {
      return dict->getValueType();
    }
  }
  return nullptr;
}

InputSlot make_slot(const npt_model& model, const npt_slot_spec& spec) {
  InputSlot slot;
  slot.name.assign(spec.name.data, spec.name.length);
  slot.device = spec.device < 0 || model.device.is_cpu()
      ? c10::Device(c10::kCPU)
      : c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(spec.device));
  return slot;
}

InputSlot dict_slot(const npt_model& model, const npt_slot_spec& spec) {
  InputSlot slot = make_slot(model, spec);
  slot.feed = choose_feed(model.dict_value_type, spec, slot.name);
  slot.stack_index = *model.dict_index;
  slot.key = c10::IValue(slot.name);
  slot.written = model.traits.written.at(slot.stack_index);
  return slot;
}

InputSlot argument_slot(const npt_model& model, const npt_slot_spec& spec) {
  InputSlot slot = make_slot(model, spec);
  const auto& schema = model.forward->getSchema();
  auto index = schema.argumentIndexWithName(slot.name);
  if (!index || *index == 0) {
    throw Failure(
        NPT_SPEC,
        "input `" + slot.name + "` of the problem definition is no argument of the model's " +
            schema_text(model));
  }
  slot.stack_index = static_cast<size_t>(*index);
  slot.feed = choose_feed(schema.arguments()[slot.stack_index].type(), spec, slot.name);
  slot.written = model.traits.written.at(slot.stack_index);
  return slot;
}

// What stands on the stack where a call supplies nothing.
void plan_defaults(npt_model& model) {
  const auto& arguments = model.forward->getSchema().arguments();
  model.initial_stack.clear();
  model.required.clear();
  model.initial_stack.emplace_back(model.module._ivalue());
  for (size_t i = 1; i < arguments.size(); i++) {
    const auto& argument = arguments[i];
    model.initial_stack.push_back(argument.default_value().value_or(c10::IValue()));
    if (argument.default_value() || accepts_none(argument.type()) || model.dict_index) continue;
    model.required.push_back(i);
    auto feeds = [i](const InputSlot& slot) { return slot.stack_index == i; };
    if (std::none_of(model.inputs.begin(), model.inputs.end(), feeds)) {
      throw Failure(
          NPT_SPEC,
          "the model's argument `" + argument.name() + "` of type `" +
              argument.type()->annotation_str() +
              "` has no default and no input of that name in the problem definition: " +
              schema_text(model));
    }
  }
}

}  // namespace
}  // namespace neuropod

npt_status npt_bind(
    npt_model* model,
    const npt_slot_spec* inputs,
    size_t input_count,
    const npt_slot_spec* outputs,
    size_t output_count) {
  return neuropod::guarded(NPT_SPEC, [&] {
    model->dict_value_type = neuropod::dict_values(model->forward->getSchema().arguments());
    if (model->dict_value_type) model->dict_index = 1;
    for (size_t i = 0; i < input_count; i++) {
      model->inputs.push_back(
          model->dict_index ? neuropod::dict_slot(*model, inputs[i])
                            : neuropod::argument_slot(*model, inputs[i]));
    }
    for (size_t i = 0; i < output_count; i++) {
      neuropod::OutputSlot slot;
      slot.name.assign(outputs[i].name.data, outputs[i].name.length);
      slot.dtype = outputs[i].dtype;
      slot.rank = outputs[i].rank;
      model->outputs.push_back(std::move(slot));
    }
    neuropod::plan_defaults(*model);
  });
}

// What a TorchScript graph may do to memory: read off once, at load, so that a call can share
// memory wherever sharing is safe and nowhere else.
//
// Everything here is conservative. An operator that torch's own alias analysis cannot see through
// counts as one that writes to all it is given.
#include "model.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>

namespace neuropod {
namespace {

using torch::jit::AliasDb;
using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace prim = c10::prim;

struct Scan {
  std::vector<Value*> tensor_writes;
  std::vector<Value*> container_writes;
  std::vector<Value*> attributes;  // what is read from `self` and its submodules
  bool sets_attribute = false;
  bool opaque = false;  // calls something whose body is not in the graph
  bool asynchronous = false;
};

bool holds_tensor_or_container(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::FloatType:
    case c10::TypeKind::BoolType:
    case c10::TypeKind::StringType:
    case c10::TypeKind::NoneType:
    case c10::TypeKind::NumberType:
    case c10::TypeKind::DeviceObjType:
      return false;
    default:
      return true;
  }
}

bool is_module(const c10::TypePtr& type) {
  auto class_type = type->cast<c10::ClassType>();
  return class_type && class_type->is_module();
}

void note_write(Value* value, Scan& scan) {
  bool tensor = value->type()->kind() == c10::TypeKind::TensorType;
  (tensor ? scan.tensor_writes : scan.container_writes).push_back(value);
}

void note_writes(Node* node, Scan& scan) {
  const auto* schema = node->maybeSchema();
  if (schema == nullptr) return;
  // A custom operator whose schema was derived from its C++ signature says nothing about writes.
  const auto* op = node->maybeOperator();
  const bool unknown =
      op != nullptr && op->aliasAnalysisKind() == c10::AliasAnalysisKind::CONSERVATIVE;
  const auto& arguments = schema->arguments();
  for (size_t i = 0; i < arguments.size() && i < node->inputs().size(); i++) {
    const auto* alias = arguments[i].alias_info();
    const bool written = alias != nullptr && alias->isWrite();
    const bool may_be = unknown && holds_tensor_or_container(node->input(i)->type());
    if (written || may_be) note_write(node->input(i), scan);
  }
}

void scan_block(Block* block, Scan& scan);

// Work that a fork does is another thread's: only its absence of effects is worth knowing.
void scan_forked(const std::shared_ptr<Graph>& graph, Scan& scan) {
  Scan inner;
  scan_block(graph->block(), inner);
  scan.opaque = scan.opaque || inner.opaque || inner.sets_attribute ||
      !inner.tensor_writes.empty() || !inner.container_writes.empty();
}

void scan_node(Node* node, Scan& scan) {
  const auto kind = node->kind();
  if (kind == prim::SetAttr) {
    scan.sets_attribute = true;
  } else if (kind == prim::GetAttr) {
    if (!is_module(node->output()->type()) && holds_tensor_or_container(node->output()->type())) {
      scan.attributes.push_back(node->output());
    }
  } else if (
      kind == prim::fork || kind == prim::awaitable || kind == prim::rpc_async ||
      kind == prim::rpc_remote) {
    scan.asynchronous = true;
    if (!node->hasAttribute(c10::attr::Subgraph)) scan.opaque = true;
  } else if (
      kind == prim::CallFunction || kind == prim::CallMethod || kind == prim::rpc_sync) {
    scan.opaque = true;
  }
  if (node->hasAttribute(c10::attr::Subgraph)) {
    scan_forked(node->g(c10::attr::Subgraph), scan);
  }
  note_writes(node, scan);
  for (Block* block : node->blocks()) scan_block(block, scan);
}

void scan_block(Block* block, Scan& scan) {
  for (Node* node : block->nodes()) scan_node(node, scan);
}

void collect_training_flags(Block* block, std::vector<Node*>& flags, bool& assigned) {
  for (Node* node : block->nodes()) {
    bool named = (node->kind() == prim::GetAttr || node->kind() == prim::SetAttr) &&
        node->s(c10::attr::name) == "training" && is_module(node->input(0)->type());
    if (named && node->kind() == prim::GetAttr) flags.push_back(node);
    if (named && node->kind() == prim::SetAttr) assigned = true;
    for (Block* inner : node->blocks()) collect_training_flags(inner, flags, assigned);
  }
}

// The model is in eval mode for good, so what it would do while training (counting batches in
// place, say) does not count.
void drop_training_branches(std::shared_ptr<Graph>& graph) {
  std::vector<Node*> flags;
  bool assigned = false;
  collect_training_flags(graph->block(), flags, assigned);
  if (flags.empty() || assigned) return;
  for (Node* node : flags) {
    torch::jit::WithInsertPoint here(node);
    node->output()->replaceAllUsesWith(graph->insertConstant(false));
  }
  torch::jit::ConstantPropagationImmutableTypes(graph);
  torch::jit::EliminateDeadCode(graph);
}

bool any_may_alias(const AliasDb& db, const std::vector<Value*>& left, Value* right) {
  for (Value* value : left) {
    if (db.mayContainAlias(value, right)) return true;
  }
  return false;
}

// Whether a value that is written to may be, or be inside, an attribute of the module.
bool writes_attributes(const AliasDb& db, const Scan& scan) {
  for (Value* attribute : scan.attributes) {
    if (any_may_alias(db, scan.tensor_writes, attribute)) return true;
    if (any_may_alias(db, scan.container_writes, attribute)) return true;
  }
  return false;
}

void mark_written_inputs(const AliasDb& db, const Scan& scan, Graph& graph, Traits& traits) {
  for (size_t i = 1; i < graph.inputs().size(); i++) {
    traits.written[i] = any_may_alias(db, scan.tensor_writes, graph.inputs()[i]);
  }
}

Traits assume_everything(size_t inputs) {
  Traits traits;
  traits.stateful = true;
  traits.asynchronous = true;
  traits.written.assign(inputs, true);
  return traits;
}

Traits analyse_graph(std::shared_ptr<Graph> graph) {
  torch::jit::Inline(*graph);
  drop_training_branches(graph);
  Scan scan;
  scan_block(graph->block(), scan);

  Traits traits;
  traits.asynchronous = scan.asynchronous;
  traits.written.assign(graph->inputs().size(), scan.opaque);
  traits.stateful = scan.opaque || scan.sets_attribute;
  if (scan.opaque || (scan.tensor_writes.empty() && scan.container_writes.empty())) return traits;

  if (!traits.stateful) {
    // Nothing is ever stored in an attribute by assignment, so attributes and inputs are apart,
    // unless a container among the attributes is changed.
    AliasDb apart(graph, /*isFrozen=*/true);
    traits.stateful = writes_attributes(apart, scan);
    if (!traits.stateful) {
      mark_written_inputs(apart, scan, *graph, traits);
      return traits;
    }
  }
  AliasDb together(graph);
  mark_written_inputs(together, scan, *graph, traits);
  return traits;
}

}  // namespace

Traits analyse(const torch::jit::Function& forward) {
  auto graph = torch::jit::toGraphFunction(forward).graph()->copy();
  const size_t inputs = graph->inputs().size();
  try {
    return analyse_graph(std::move(graph));
  } catch (const std::exception&) {
    // A graph that the passes do not understand still runs, with every precaution.
    return assume_everything(inputs);
  }
}

}  // namespace neuropod

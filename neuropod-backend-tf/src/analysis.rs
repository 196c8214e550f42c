//! What a graph does that decides how it is run.
//!
//! Only what the outputs need is looked at: the rest of a graph, the part that restores variables
//! for instance, never runs in a call.

mod widths;

use std::collections::{BTreeSet, HashMap, HashSet};

use prost::Message;

use crate::proto::{AttrEntry, FunctionDef, GraphDef, NodeDef, OpDef};
use widths::Widths;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    /// The operators, without the functions that they call.
    pub(crate) ops: BTreeSet<String>,
    /// Whether two expensive operators could run at the same time.
    pub(crate) parallel: bool,
    /// Whether functions are called, by functional control flow or otherwise.
    pub(crate) functions: bool,
}

impl Traits {
    /// What is needed for the outputs of these nodes.
    pub(crate) fn of(graph: &GraphDef, nodes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let functions = graph.library.iter().flat_map(|library| &library.function);
        let functions = Functions(functions.map(|function| (name_of(function), function)).collect());
        let body = Body::new(&graph.node);
        let roots: Vec<_> = nodes.into_iter().filter_map(|name| body.position(name.as_ref())).collect();
        let order = body.in_order(&roots);
        let (ops, called) = functions.ops(order.iter().map(|index| &body.nodes[*index]));
        let width = Widths::new(&functions).of(&body, &order);
        Traits { ops, parallel: width > 1, functions: called }
    }

    /// Whether Switch, Merge and the like of TensorFlow 1 occur.
    pub(crate) fn low_level_control_flow(&self) -> bool {
        const OPS: [&str; 6] = ["Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"];
        OPS.iter().any(|op| self.ops.contains(*op) || self.ops.contains(&format!("Ref{op}")))
            || self.ops.contains("_SwitchN")
    }

    /// Whether variables of TensorFlow 1 occur, which are passed by reference.
    pub(crate) fn reference_variables(&self) -> bool {
        ["Variable", "VariableV2", "TemporaryVariable"].iter().any(|op| self.ops.contains(*op))
    }

    /// Whether constants occur that lie in files, which are mapped into memory that cannot be written.
    pub(crate) fn mapped_constants(&self) -> bool {
        self.ops.contains("ImmutableConst")
    }
}

/// The graph's functions by name.
struct Functions<'a>(HashMap<String, &'a FunctionDef>);

impl<'a> Functions<'a> {
    /// The operators of these nodes and of all functions behind them, and whether there are any.
    fn ops(&self, nodes: impl Iterator<Item = &'a NodeDef>) -> (BTreeSet<String>, bool) {
        let mut ops = BTreeSet::new();
        let mut entered = HashSet::new();
        let mut waiting: Vec<&NodeDef> = nodes.collect();
        while let Some(node) = waiting.pop() {
            if !self.0.contains_key(&node.op) && !ops.contains(&node.op) {
                ops.insert(node.op.clone());
            }
            for name in self.called_by(node) {
                let function = self.0[&name];
                if entered.insert(name) {
                    waiting.extend(&function.node_def);
                }
            }
        }
        (ops, !entered.is_empty())
    }

    /// The functions that a node's attributes or its operator name.
    fn called_by(&self, node: &NodeDef) -> Vec<String> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let entries = node.attr.iter().filter_map(|entry| AttrEntry::decode(entry.clone()).ok()?.value);
        let named =
            entries.flat_map(|value| value.func.into_iter().chain(value.list.unwrap_or_default().func));
        let names = named.map(|function| function.name).chain([node.op.clone()]);
        names.filter(|name| self.0.contains_key(name)).collect()
    }
}

fn name_of(function: &FunctionDef) -> String {
    OpDef::decode(function.signature.clone()).map(|signature| signature.name).unwrap_or_default()
}

/// The nodes of a graph or a function.
struct Body<'a> {
    nodes: &'a [NodeDef],
    positions: HashMap<&'a str, usize>,
}

impl<'a> Body<'a> {
    fn new(nodes: &'a [NodeDef]) -> Self {
        let positions = nodes.iter().enumerate().map(|(index, node)| (&*node.name, index)).collect();
        Body { nodes, positions }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// The nodes that a node waits for. An input is `node`, `node:1`, `^node`, and in functions
    /// `node:name:1`.
    fn inputs(&self, node: &'a NodeDef) -> impl Iterator<Item = usize> {
        node.input.iter().filter_map(|input| {
            let name = input.strip_prefix('^').unwrap_or(input);
            self.position(name.split_once(':').map_or(name, |(name, _)| name))
        })
    }

    /// What `roots` need, each node after those that it waits for. Loops are cut somewhere.
    fn in_order(&self, roots: &[usize]) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        let mut stack: Vec<(usize, bool)> = roots.iter().rev().map(|root| (*root, false)).collect();
        while let Some((index, done)) = stack.pop() {
            if done {
                order.push(index);
            } else if !std::mem::replace(&mut seen[index], true) {
                stack.push((index, true));
                stack.extend(
                    self.inputs(&self.nodes[index]).filter(|input| !seen[*input]).map(|input| (input, false)),
                );
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{
        AttrValue, FunctionDefLibrary, NameAttrList, TensorProto, TensorShapeDim, TensorShapeProto,
    };

    fn node(name: &str, op: &str, input: &[&str]) -> NodeDef {
        let input = input.iter().map(|input| (*input).to_owned()).collect();
        NodeDef { name: name.to_owned(), op: op.to_owned(), input, ..NodeDef::default() }
    }

    fn graph(node: Vec<NodeDef>, library: Option<FunctionDefLibrary>) -> GraphDef {
        GraphDef { node, library, ..GraphDef::default() }
    }

    fn traits(node: Vec<NodeDef>, outputs: &[&str]) -> Traits {
        Traits::of(&graph(node, None), outputs)
    }

    fn call(name: &str, function: &str, input: &[&str]) -> NodeDef {
        let func = Some(NameAttrList { name: function.to_owned() });
        let value = Some(AttrValue { func, ..AttrValue::default() });
        let attr = vec![AttrEntry { value, ..AttrEntry::default() }.encode_to_vec().into()];
        NodeDef { attr, ..node(name, "StatefulPartitionedCall", input) }
    }

    fn constant(name: &str, sizes: &[i64]) -> NodeDef {
        let dim = sizes.iter().map(|size| TensorShapeDim { size: *size }).collect();
        let tensor_shape = Some(TensorShapeProto { dim, unknown_rank: false });
        let value = Some(AttrValue { tensor: Some(TensorProto { tensor_shape }), ..AttrValue::default() });
        let entry = AttrEntry { key: "value".to_owned(), value };
        NodeDef { attr: vec![entry.encode_to_vec().into()], ..node(name, "Const", &[]) }
    }

    fn function(name: &str, node_def: Vec<NodeDef>) -> FunctionDef {
        let signature = OpDef { name: name.to_owned(), is_stateful: false }.encode_to_vec().into();
        FunctionDef { signature, node_def, ..FunctionDef::default() }
    }

    fn library(name: &str, node_def: Vec<NodeDef>) -> Option<FunctionDefLibrary> {
        Some(FunctionDefLibrary { function: vec![function(name, node_def)], ..FunctionDefLibrary::default() })
    }

    #[test]
    fn a_chain_is_not_parallel_and_two_branches_are() {
        let chain = [node("x", "Placeholder", &[]), node("a", "MatMul", &["x"]), node("b", "MatMul", &["a"])];
        assert!(!traits(chain.to_vec(), &["b"]).parallel);
        // The branches have different lengths: c waits for a, and d for none.
        let branches = [
            node("x", "Placeholder", &[]),
            node("a", "MatMul", &["x"]),
            node("c", "Conv2D", &["a:0"]),
            node("relu", "Relu", &["x"]),
            node("d", "BatchMatMulV2", &["relu"]),
            node("sum", "AddV2", &["c", "d"]),
        ];
        assert!(traits(branches.to_vec(), &["sum"]).parallel);
        assert!(!traits(branches.to_vec(), &["c"]).parallel);
    }

    #[test]
    fn products_with_few_weights_are_not_worth_a_second_thread() {
        let branches = |rows, columns| {
            vec![
                node("x", "Placeholder", &[]),
                constant("w", &[rows, columns]),
                node("w/read", "Identity", &["w"]),
                node("a", "MatMul", &["x", "w/read"]),
                node("b", "MatMul", &["x", "w:0"]),
                node("sum", "AddV2", &["a", "b"]),
            ]
        };
        assert!(!traits(branches(128, 128), &["sum"]).parallel);
        assert!(traits(branches(128, 129), &["sum"]).parallel);
        assert!(traits(branches(i64::MAX, i64::MAX), &["sum"]).parallel);
        let circle = vec![
            node("i", "Identity", &["j"]),
            node("j", "Identity", &["i"]),
            node("a", "MatMul", &["i", "j"]),
        ];
        assert!(!traits(circle, &["a"]).parallel);
    }

    #[test]
    fn only_what_the_outputs_need_counts() {
        let nodes = vec![
            node("x", "Placeholder", &[]),
            node("y", "Relu", &["x", "^check"]),
            node("check", "Assert", &["x"]),
            node("restore", "RestoreV2", &[]),
        ];
        let ops = traits(nodes, &["y"]).ops;
        assert_eq!(ops.iter().map(String::as_str).collect::<Vec<_>>(), ["Assert", "Placeholder", "Relu"]);
    }

    #[test]
    fn functions_are_looked_into() {
        let body =
            vec![node("a", "MatMul", &["x"]), node("b", "MatMul", &["x"]), node("v", "VariableV2", &[])];
        let found = Traits::of(&graph(vec![call("y", "f", &[])], library("f", body)), ["y"]);
        assert!(found.parallel && found.functions && found.reference_variables());
        let body = vec![node("a", "MatMul", &["x"])];
        let node = vec![call("y", "f", &[]), call("z", "f", &["y"]), call("w", "f", &["y"])];
        let graph = graph(node, library("f", body));
        assert!(!Traits::of(&graph, ["z"]).parallel);
        assert!(Traits::of(&graph, ["z", "w"]).parallel);
    }

    #[test]
    fn graphs_that_go_in_circles_end() {
        let nodes = vec![
            node("enter", "Enter", &[]),
            node("merge", "Merge", &["enter", "next"]),
            node("next", "NextIteration", &["merge"]),
        ];
        assert!(traits(nodes, &["next"]).low_level_control_flow());
        let graph = graph(vec![call("y", "f", &[])], library("f", vec![call("z", "f", &[])]));
        assert!(Traits::of(&graph, ["y"]).functions);
    }

    #[test]
    fn a_deep_graph_does_not_exhaust_the_stack() {
        let mut nodes = vec![node("n0", "Placeholder", &[])];
        nodes.extend((1..200_000).map(|i| node(&format!("n{i}"), "Relu", &[&format!("n{}", i - 1)])));
        assert!(!traits(nodes, &["n199999"]).parallel);
        let nested =
            (0..20_000).map(|i| function(&format!("f{i}"), vec![call("n", &format!("f{}", i + 1), &[])]));
        let last = function("f20000", vec![node("v", "VariableV2", &[])]);
        let library = FunctionDefLibrary { function: nested.chain([last]).collect(), ..Default::default() };
        assert!(Traits::of(&graph(vec![call("y", "f0", &[])], Some(library)), ["y"]).reference_variables());
    }
}

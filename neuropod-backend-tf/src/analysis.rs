//! What a graph does that decides how it is run.
//!
//! Only what the outputs need is looked at: the rest of a graph, the part that restores variables
//! for instance, never runs in a call.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::proto::{FunctionDef, GraphDef, NodeDef};

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
        let functions =
            functions.filter_map(|function| Some((&*function.signature.as_ref()?.name, function)));
        let mut analysis = Analysis {
            functions: functions.collect(),
            widths: HashMap::new(),
            entered: HashSet::new(),
            traits: Traits::default(),
        };
        let body = Body::new(&graph.node);
        let roots: Vec<_> = nodes.into_iter().filter_map(|name| body.position(name.as_ref())).collect();
        let width = analysis.width(&body, &roots);
        analysis.traits.parallel = width > 1;
        analysis.traits
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
}

struct Analysis<'a> {
    functions: HashMap<&'a str, &'a FunctionDef>,
    /// How many expensive operators of a function can run at the same time.
    widths: HashMap<&'a str, usize>,
    /// Functions that are being looked at: a broken graph may call in circles.
    entered: HashSet<&'a str>,
    traits: Traits,
}

impl<'a> Analysis<'a> {
    /// The most expensive operators that can run at the same time.
    ///
    /// An operator's level is the number of expensive ones on the longest way to it. Two of one level
    /// do not wait for each other; and if any two do not, then two of one level do not: of the one
    /// whose level is higher, an ancestor stands at the level of the other.
    fn width(&mut self, body: &Body<'a>, roots: &[usize]) -> usize {
        let mut levels = vec![0; body.nodes.len()];
        let mut widths: HashMap<usize, usize> = HashMap::new();
        for index in body.in_order(roots) {
            let node = &body.nodes[index];
            let before = body.inputs(node).map(|input| levels[input]).max().unwrap_or(0);
            let width = self.visit(node);
            levels[index] = before + usize::from(width > 0);
            *widths.entry(levels[index]).or_default() += width;
        }
        widths.into_values().max().unwrap_or(0)
    }

    /// Notes an operator and returns how many expensive ones it stands for.
    fn visit(&mut self, node: &'a NodeDef) -> usize {
        let values = node.attr.values();
        let listed = values.clone().flat_map(|value| value.list.iter().flat_map(|list| &list.func));
        let named =
            values.filter_map(|value| value.func.as_ref()).chain(listed).map(|function| &*function.name);
        let called: Vec<&str> = named.chain([&*node.op]).collect();
        let widths = called.into_iter().filter_map(|name| self.function(name));
        let width = widths.max();
        if !self.functions.contains_key(&*node.op) {
            self.traits.ops.insert(node.op.clone());
        }
        width.unwrap_or(0).max(usize::from(is_expensive(&node.op)))
    }

    fn function(&mut self, name: &str) -> Option<usize> {
        let (&name, &function) = self.functions.get_key_value(name)?;
        self.traits.functions = true;
        if let Some(width) = self.widths.get(name) {
            return Some(*width);
        }
        if !self.entered.insert(name) {
            return Some(0);
        }
        let body = Body::new(&function.node_def);
        let all: Vec<_> = (0..body.nodes.len()).collect();
        let width = self.width(&body, &all);
        self.widths.insert(name, width);
        Some(width)
    }
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

/// Operators whose time can be worth a second thread.
fn is_expensive(op: &str) -> bool {
    const PARTS: [&str; 13] = [
        "MatMul",
        "Conv1D",
        "Conv2D",
        "Conv3D",
        "DepthwiseConv",
        "Einsum",
        "RNN",
        "LSTM",
        "GRU",
        "FFT",
        "Cholesky",
        "MatrixInverse",
        "Svd",
    ];
    PARTS.iter().any(|part| op.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{AttrValue, FunctionDefLibrary, NameAttrList, OpDef};

    fn node(name: &str, op: &str, input: &[&str]) -> NodeDef {
        let input = input.iter().map(|input| (*input).to_owned()).collect();
        NodeDef { name: name.to_owned(), op: op.to_owned(), input, ..NodeDef::default() }
    }

    fn traits(node: Vec<NodeDef>, outputs: &[&str]) -> Traits {
        Traits::of(&GraphDef { node, library: None }, outputs)
    }

    fn call(name: &str, function: &str, input: &[&str]) -> NodeDef {
        let func = Some(NameAttrList { name: function.to_owned() });
        let attr = [("f".to_owned(), AttrValue { list: None, func })].into();
        NodeDef { attr, ..node(name, "StatefulPartitionedCall", input) }
    }

    fn library(name: &str, node_def: Vec<NodeDef>) -> Option<FunctionDefLibrary> {
        let signature = Some(OpDef { name: name.to_owned(), is_stateful: false });
        Some(FunctionDefLibrary { function: vec![FunctionDef { signature, node_def }] })
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
        let graph = GraphDef { node: vec![call("y", "f", &[])], library: library("f", body) };
        let found = Traits::of(&graph, ["y"]);
        assert!(found.parallel && found.functions && found.reference_variables());
        let body = vec![node("a", "MatMul", &["x"])];
        let node = vec![call("y", "f", &[]), call("z", "f", &["y"]), call("w", "f", &["y"])];
        let graph = GraphDef { node, library: library("f", body) };
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
        let graph =
            GraphDef { node: vec![call("y", "f", &[])], library: library("f", vec![call("z", "f", &[])]) };
        assert!(Traits::of(&graph, ["y"]).functions);
    }

    #[test]
    fn a_deep_graph_does_not_exhaust_the_stack() {
        let mut nodes = vec![node("n0", "Placeholder", &[])];
        nodes.extend((1..200_000).map(|i| node(&format!("n{i}"), "Relu", &[&format!("n{}", i - 1)])));
        assert!(!traits(nodes, &["n199999"]).parallel);
    }
}

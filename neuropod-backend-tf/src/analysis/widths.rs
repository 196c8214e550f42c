//! How many expensive operators can run at the same time.

use std::collections::HashMap;

use prost::Message;

use super::{Body, Functions};
use crate::proto::{AttrEntry, NodeDef};

/// How many expensive operators can run at the same time.
pub(super) struct Widths<'a> {
    functions: &'a Functions<'a>,
    /// Those of functions; of one that is being looked at 0, as a broken graph may call in circles.
    known: HashMap<String, usize>,
}

/// Functions that are called more deeply than this are not looked at.
const MOST_DEPTH: usize = 64;

impl<'a> Widths<'a> {
    pub(super) fn new(functions: &'a Functions<'a>) -> Self {
        Widths { functions, known: HashMap::new() }
    }

    /// That of the nodes in `order`, each of which comes after those that it waits for.
    pub(super) fn of(&mut self, body: &Body<'a>, order: &[usize]) -> usize {
        self.of_body(body, order, 0)
    }

    /// An operator's level is the number of expensive ones on the longest way to it. Two of one level
    /// do not wait for each other; and if any two do not, then two of one level do not: of the one
    /// whose level is higher, an ancestor stands at the level of the other.
    fn of_body(&mut self, body: &Body<'a>, order: &[usize], depth: usize) -> usize {
        let mut levels = vec![0; body.nodes.len()];
        let mut widths: HashMap<usize, usize> = HashMap::new();
        for &index in order {
            let node = &body.nodes[index];
            let before = body.inputs(node).map(|input| levels[input]).max().unwrap_or(0);
            let called = self.functions.called_by(node).into_iter().map(|name| self.of_function(name, depth));
            let width = called.max().unwrap_or(0).max(usize::from(is_expensive(body, node)));
            levels[index] = before + usize::from(width > 0);
            *widths.entry(levels[index]).or_default() += width;
        }
        widths.into_values().max().unwrap_or(0)
    }

    fn of_function(&mut self, name: String, depth: usize) -> usize {
        if let Some(width) = self.known.get(&name) {
            return *width;
        }
        if depth == MOST_DEPTH {
            return 0;
        }
        self.known.insert(name.clone(), 0);
        let body = Body::new(&self.functions.0[&name].node_def);
        let all: Vec<_> = (0..body.nodes.len()).collect();
        let width = self.of_body(&body, &body.in_order(&all), depth + 1);
        self.known.insert(name, width);
        width
    }
}

/// Products of matrices; with few weights they take less time than handing them to a thread.
const PRODUCTS: [&str; 2] = ["MatMul", "Einsum"];

/// Other operators whose time can be worth a second thread.
const EXPENSIVE: [&str; 11] = [
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "DepthwiseConv",
    "RNN",
    "LSTM",
    "GRU",
    "FFT",
    "Cholesky",
    "MatrixInverse",
    "Svd",
];

/// So many weights are few: measured, products with them in parallel branches are done sooner one
/// after the other, with batches of 64 as well.
const FEW_WEIGHTS: i64 = 16 << 10;

fn is_expensive(body: &Body<'_>, node: &NodeDef) -> bool {
    let is_any = |parts: &[&str]| parts.iter().any(|part| node.op.contains(part));
    let few =
        || body.inputs(node).filter_map(|input| constant_size(body, input)).any(|size| size <= FEW_WEIGHTS);
    is_any(&EXPENSIVE) || is_any(&PRODUCTS) && !few()
}

/// The number of elements of a constant, also one that is read through `Identity` as in a frozen graph.
fn constant_size(body: &Body<'_>, index: usize) -> Option<i64> {
    let node = &body.nodes[index];
    let constant = match &*node.op {
        "Identity" => &body.nodes[body.inputs(node).next()?],
        _ => node,
    };
    if constant.op != "Const" {
        return None;
    }
    let entries = constant.attr.iter().filter_map(|entry| AttrEntry::decode(entry.clone()).ok());
    let shape = entries.filter_map(|entry| entry.value?.tensor?.tensor_shape).next()?;
    shape.dim.iter().try_fold(1i64, |size, dim| size.checked_mul(dim.size))
}

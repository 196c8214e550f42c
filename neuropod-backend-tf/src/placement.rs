//! Which nodes of a graph go to a GPU.

use neuropod_core::Device;

use crate::proto::{GraphDef, NodeDef};

/// Where nodes go that name no device. With soft placement, what has no code for a GPU, strings for
/// instance, stays on the CPU all the same.
pub(crate) fn default_device(device: Device) -> Option<String> {
    match device {
        Device::Cuda(index) => Some(format!("/device:GPU:{index}")),
        _ => None,
    }
}

/// Takes the GPUs out of a graph that its nodes name, which are those that its author had; a node that
/// names a CPU keeps it. Returns whether there were any.
pub(crate) fn unpin_gpus(graph_def: &mut GraphDef) -> bool {
    let functions = graph_def.library.iter_mut().flat_map(|library| &mut library.function);
    let nodes = graph_def.node.iter_mut().chain(functions.flat_map(|function| &mut function.node_def));
    nodes.map(unpin).filter(|pinned| *pinned).count() > 0
}

/// `/device:GPU:0`, in older graphs `/gpu:0`.
fn unpin(node: &mut NodeDef) -> bool {
    let pinned = node.device.to_ascii_lowercase().contains("gpu:");
    if pinned {
        node.device.clear();
    }
    pinned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{FunctionDef, FunctionDefLibrary};

    fn node(device: &str) -> NodeDef {
        NodeDef { name: "n".to_owned(), device: device.to_owned(), ..NodeDef::default() }
    }

    #[test]
    fn gpus_are_unpinned_and_cpus_stay() {
        let devices = ["", "/gpu:0", "/job:localhost/device:GPU:1", "/device:CPU:0"];
        let nodes: Vec<_> = devices.iter().map(|device| node(device)).collect();
        let function = vec![FunctionDef { node_def: vec![node("/GPU:0")], ..FunctionDef::default() }];
        let library = Some(FunctionDefLibrary { function, ..FunctionDefLibrary::default() });
        let mut graph = GraphDef { node: nodes, library, ..GraphDef::default() };
        assert!(unpin_gpus(&mut graph));
        let left: Vec<_> = graph.node.iter().map(|node| &*node.device).collect();
        assert_eq!(left, ["", "", "", "/device:CPU:0"]);
        assert_eq!(graph.library.as_ref().unwrap().function[0].node_def[0].device, "");
        assert!(!unpin_gpus(&mut graph));
    }

    #[test]
    fn a_model_on_the_cpu_is_left_where_its_nodes_say() {
        assert_eq!(default_device(Device::Cpu), None);
        assert_eq!(default_device(Device::Cuda(2)).as_deref(), Some("/device:GPU:2"));
    }
}

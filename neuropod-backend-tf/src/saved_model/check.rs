//! A problem definition beside a signature.

use std::collections::{BTreeMap, BTreeSet};

use neuropod_core::{Dim, Error, TensorSpec};

use super::{SavedModel, list};
use crate::proto::{TensorInfo, TensorShapeProto};
use crate::{TensorFlowError, dtype};

impl SavedModel {
    /// Checks that a problem definition fits a signature of the graph with exactly these tags: every
    /// name is in the signature, with that element type, that number of axes and no other fixed size,
    /// and every input of the signature is given. Outputs may be left out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidSpec`](neuropod_core::ErrorKind::InvalidSpec), listing every difference;
    /// [`Load`](neuropod_core::ErrorKind::Load) if there is no such signature.
    pub fn check(
        &self,
        signature: &str,
        tags: &BTreeSet<String>,
        inputs: &[TensorSpec],
        outputs: &[TensorSpec],
    ) -> Result<(), Error> {
        let signature = self.graph(tags)?.signature(signature)?;
        let mut differences = unfed(&signature.inputs, inputs);
        differences.extend(inputs.iter().flat_map(|spec| of_tensor("input", spec, &signature.inputs)));
        differences.extend(outputs.iter().flat_map(|spec| of_tensor("output", spec, &signature.outputs)));
        if differences.is_empty() {
            return Ok(());
        }
        Err(TensorFlowError::Spec(differences.join("; ")).into())
    }
}

/// The signature's inputs that nobody would give.
fn unfed(signature: &BTreeMap<String, TensorInfo>, inputs: &[TensorSpec]) -> Vec<String> {
    let given = |name: &str| inputs.iter().any(|spec| &*spec.name == name);
    let missing = signature.keys().filter(|name| !given(name));
    missing.map(|name| format!("the signature takes `{name}`, which is no input of the definition")).collect()
}

fn of_tensor(role: &str, spec: &TensorSpec, signature: &BTreeMap<String, TensorInfo>) -> Vec<String> {
    let name = &spec.name;
    let Some(info) = signature.get(&**name) else {
        let known = list(signature.keys());
        return vec![format!("the {role} `{name}` is not in the signature, whose {role}s are {known}")];
    };
    if info.name.is_empty() {
        return vec![format!("the {role} `{name}` is sparse, ragged or composite, which no spec describes")];
    }
    let mut differences = Vec::new();
    if dtype::from_code(info.dtype) != Some(spec.dtype) {
        let found = dtype::describe(info.dtype);
        differences
            .push(format!("the {role} `{name}` is {} by its spec and {found} in the model", spec.dtype));
    }
    let shape = info.tensor_shape.as_ref().filter(|shape| !shape.unknown_rank);
    differences.extend(shape.into_iter().flat_map(|shape| of_shape(role, spec, shape)));
    differences
}

fn of_shape(role: &str, spec: &TensorSpec, shape: &TensorShapeProto) -> Vec<String> {
    let (name, rank, found) = (&spec.name, spec.dims.len(), shape.dim.len());
    if rank != found {
        return vec![format!("the {role} `{name}` has rank {rank} by its spec and {found} in the model")];
    }
    let axes = spec.dims.iter().zip(&shape.dim).enumerate();
    axes.filter_map(|(axis, (dim, found))| match (dim, usize::try_from(found.size)) {
        (Dim::Fixed(size), Ok(found)) if *size != found => {
            Some(format!("axis {axis} of the {role} `{name}` is {size} by its spec and {found} in the model"))
        }
        _ => None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use neuropod_core::{DType, ErrorKind};
    use prost::Message;

    use super::*;
    use crate::proto::{self, MetaGraphDef, MetaInfoDef, SignatureDef, TensorShapeDim};

    fn tensor(code: i32, dims: Option<&[i64]>) -> TensorInfo {
        let shape = TensorShapeProto {
            dim: dims.unwrap_or_default().iter().map(|size| TensorShapeDim { size: *size }).collect(),
            unknown_rank: dims.is_none(),
        };
        TensorInfo { name: "node:0".to_owned(), dtype: code, tensor_shape: Some(shape) }
    }

    /// `x` is float32 `[?, 3]`, `any` float32 of unknown rank, `sparse` and `complex` are what they are
    /// called.
    fn model() -> SavedModel {
        let named = |name: &str, info: TensorInfo| (name.to_owned(), info);
        let sparse = TensorInfo { name: String::new(), ..tensor(1, Some(&[-1])) };
        let signature = SignatureDef {
            inputs: [named("x", tensor(1, Some(&[-1, 3]))), named("any", tensor(1, None))].into(),
            outputs: [named("sparse", sparse), named("complex", tensor(8, Some(&[])))].into(),
        };
        let graph = MetaGraphDef {
            meta_info_def: Some(MetaInfoDef { tags: vec!["serve".to_owned()] }),
            signature_def: [("main".to_owned(), signature)].into(),
            ..MetaGraphDef::default()
        };
        SavedModel::parse(proto::SavedModel { meta_graphs: vec![graph] }.encode_to_vec()).unwrap()
    }

    fn check(inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Result<(), Error> {
        model().check("main", &["serve".to_owned()].into(), inputs, outputs)
    }

    fn f32s<const N: usize>(name: &str, dims: [Dim; N]) -> TensorSpec {
        TensorSpec::new(name, DType::Float32, dims)
    }

    #[test]
    fn what_the_model_leaves_open_is_for_the_spec_to_say() {
        let any = || f32s("any", [Dim::Fixed(7)]);
        check(&[f32s("x", ["batch".into(), Dim::Fixed(3)]), any()], &[]).unwrap();
        check(&[f32s("x", [Dim::Fixed(8), Dim::Any]), any()], &[]).unwrap();
    }

    #[test]
    fn every_difference_is_told_at_once() {
        let inputs = [f32s("x", [Dim::Any, Dim::Fixed(4)]), f32s("z", [])];
        let outputs = [f32s("sparse", [Dim::Any]), f32s("complex", [Dim::Any])];
        let error = check(&inputs, &outputs).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSpec);
        for part in [
            "the signature takes `any`, which is no input of the definition",
            "axis 1 of the input `x` is 4 by its spec and 3 in the model",
            "the input `z` is not in the signature, whose inputs are `any`, `x`",
            "the output `sparse` is sparse",
            "the output `complex` is float32 by its spec and complex64 in the model",
            "the output `complex` has rank 1 by its spec and 0 in the model",
        ] {
            assert!(error.message().contains(part), "no `{part}` in: {error}");
        }
        let error = model().check("other", &["serve".to_owned()].into(), &[], &[]).unwrap_err();
        assert!(error.message().contains("no signature `other`; it has `main`"), "{error}");
    }
}

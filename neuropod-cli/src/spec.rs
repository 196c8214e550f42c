//! Specs of tensors, as they are typed and shown: `image:uint8:batch,224,?`.

use neuropod::{DType, Dim, TensorSpec};

/// Reads `name:dtype:shape`. The shape lists sizes, symbols and `?` for any size; nothing after the
/// second colon stands for a scalar.
pub(crate) fn parse(text: &str) -> Result<TensorSpec, String> {
    // From the end, because a name may hold colons.
    let mut parts = text.rsplitn(3, ':');
    let (Some(shape), Some(dtype), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("expected `name:dtype:shape`, `x:float32:batch,3` for instance, and `x:float32:` for a \
                    scalar"
            .to_owned());
    };
    let dtype: DType = dtype.trim().parse().map_err(|error: neuropod::Error| error.message().to_owned())?;
    let shape = shape.trim();
    let dims = if shape.is_empty() { Vec::new() } else { shape.split(',').collect() };
    let dims: Result<Vec<Dim>, String> = dims.into_iter().map(|dim| parse_dim(dim.trim())).collect();
    Ok(TensorSpec::new(name, dtype, dims?))
}

fn parse_dim(text: &str) -> Result<Dim, String> {
    match text {
        "?" => Ok(Dim::Any),
        _ if is_symbol(text) => Ok(Dim::from(text)),
        _ => text.parse().ok().filter(|size| *size > 0).map(Dim::Fixed).ok_or_else(|| {
            format!(
                "`{text}` is no axis: expected a size from 1, a symbol such as `batch`, or `?` for any size"
            )
        }),
    }
}

/// A shape for people: `[batch, 224, ?]`.
pub(crate) fn shape(dims: &[Dim]) -> String {
    let dims: Vec<_> = dims.iter().map(dim).collect();
    format!("[{}]", dims.join(", "))
}

fn dim(dim: &Dim) -> String {
    match dim {
        Dim::Any => "?".to_owned(),
        Dim::Fixed(size) => size.to_string(),
        Dim::Symbol(symbol) if is_symbol(symbol) => symbol.to_string(),
        Dim::Symbol(symbol) => format!("{symbol:?}"), // which could be taken for a size
    }
}

fn is_symbol(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_are_read_and_shown() {
        for (text, name, dtype, dims) in [
            ("x:float32:batch,224,?", "x", DType::Float32, "[batch, 224, ?]"),
            ("rate:int64:", "rate", DType::Int64, "[]"),
            ("in/x:0:string:n", "in/x:0", DType::String, "[n]"),
            ("x:bool: 1 , 2 ", "x", DType::Bool, "[1, 2]"),
        ] {
            let spec = parse(text).unwrap();
            assert_eq!((&*spec.name, spec.dtype, &*shape(&spec.dims)), (name, dtype, dims));
        }
        assert_eq!(shape(&[Dim::from("3"), Dim::Fixed(3)]), r#"["3", 3]"#);
    }

    #[test]
    fn wrong_specs_are_explained() {
        for (text, told) in [
            ("x", "expected `name:dtype:shape`"),
            ("x:float32", "`x:float32:` for a scalar"),
            ("x:float:3", "unknown dtype `float`; expected one of bool, int8"),
            ("x:float32:0", "`0` is no axis"),
            ("x:float32:a,,b", "`` is no axis"),
            ("x:float32:-1", "`?` for any size"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}

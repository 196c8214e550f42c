//! Shapes of random sizes against arithmetic that cannot overflow.

use neuropod_core::{ErrorKind, IntoShape, NameIndex, Shape, Tensor};
use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn every_way_to_give_a_shape_is_the_same() {
    let shape = Shape::new(&[2, 3]).unwrap();
    for other in [
        [2, 3].into_shape(),
        (&[2, 3]).into_shape(),
        (&[2, 3][..]).into_shape(),
        vec![2, 3].into_shape(),
        (&vec![2, 3]).into_shape(),
        (&shape).into_shape(),
        shape.clone().into_shape(),
    ] {
        assert_eq!(other.unwrap(), shape);
    }
    assert_eq!(shape, [2, 3]);
    assert_eq!(shape.iter().sum::<usize>(), 5); // it is a slice of sizes
}

#[test]
fn a_shape_beyond_memory_is_refused_by_its_sizes() {
    let error = Shape::new(&[3, usize::MAX]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(
        error.message(),
        format!("the shape [3, {}] has more elements than memory can hold", usize::MAX)
    );
}

/// Sizes near the powers of two, where products overflow.
fn size() -> impl Strategy<Value = usize> {
    prop_oneof![
        0usize..5,
        any::<usize>(),
        (0u32..64, 0usize..3).prop_map(|(bit, by)| (1usize << bit).wrapping_sub(by))
    ]
}

proptest! {
    #[test]
    fn the_element_count_is_the_product_or_an_error(dims in vec(size(), 0..7)) {
        let without_zeros = dims.iter().filter(|dim| **dim > 0);
        let product = without_zeros.fold(1u128, |product, &dim| product.saturating_mul(dim as u128));
        match Shape::new(&dims) {
            Ok(shape) => {
                prop_assert!(product <= isize::MAX as u128);
                let expected = if dims.contains(&0) { 0 } else { product };
                prop_assert_eq!(shape.element_count() as u128, expected);
                prop_assert_eq!((shape.dims(), shape.rank()), (&dims[..], dims.len()));
            }
            Err(_) => prop_assert!(product > isize::MAX as u128),
        }
    }

    #[test]
    fn reshaping_keeps_the_elements(dims in vec(0usize..5, 0..5), other in vec(0usize..5, 0..5)) {
        let count: usize = dims.iter().product();
        let tensor = Tensor::from_vec(&dims, (0..count as u64).collect()).unwrap();
        match tensor.reshape(&other) {
            Ok(reshaped) => {
                prop_assert_eq!(reshaped.dims(), &other[..]);
                prop_assert_eq!(reshaped.bytes().as_ptr(), tensor.bytes().as_ptr());
            }
            Err(_) => prop_assert_ne!(count, other.iter().product::<usize>()),
        }
    }

    #[test]
    fn names_are_found_whatever_the_hint(
        names in prop::collection::hash_set("[a-c]{0,3}", 0..20), wanted in "[a-c]{0,3}", hint in 0usize..25
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let index = NameIndex::new(names.iter().map(String::as_str));
        prop_assert_eq!(index.position(&wanted, hint), names.iter().position(|name| *name == wanted));
    }
}

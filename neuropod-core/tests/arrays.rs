//! Conversions from and to ndarray, of every memory layout.

use ndarray::{ArcArray, Array, Array2, ArrayD, Axis, CowArray, IxDyn, ShapeBuilder, array, aview1, s};
use neuropod_core::{ErrorKind, Input, IntoInput, Tensor, TensorView};
use proptest::prelude::*;

#[test]
fn an_owned_array_in_row_major_order_gives_up_its_memory() {
    let array = array![[1i64, 2], [3, 4]];
    let address = array.as_ptr();
    let tensor = Tensor::from_array(array).unwrap();
    assert_eq!(tensor.as_slice::<i64>().unwrap().as_ptr(), address);
    assert_eq!(tensor.as_slice::<i64>().unwrap(), [1, 2, 3, 4]);
}

#[test]
fn arrays_of_any_layout_keep_their_elements() {
    let base = Array::from_iter(0..24).into_shape_with_order((4, 6)).unwrap();
    let fortran = Array2::from_shape_vec((2, 3).f(), vec![0, 3, 1, 4, 2, 5]).unwrap();
    assert_eq!(Tensor::from_array(fortran).unwrap().as_slice::<i32>().unwrap(), [0, 1, 2, 3, 4, 5]);

    let mut offset = base.clone();
    offset.slice_collapse(s![1..3, ..]); // contiguous, but not from the start of its memory
    assert_eq!(Tensor::from_array(offset).unwrap().as_slice::<i32>().unwrap(), (6..18).collect::<Vec<_>>());

    let mut columns = base.clone();
    columns.slice_collapse(s![.., 1..6;2]);
    assert_eq!(
        Tensor::from_array(columns).unwrap().as_slice::<i32>().unwrap(),
        [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]
    );

    let mut reversed = array![1, 2, 3];
    reversed.invert_axis(Axis(0));
    assert_eq!(Tensor::from_array(reversed).unwrap().as_slice::<i32>().unwrap(), [3, 2, 1]);

    let transposed = base.slice(s![..2, ..2]).reversed_axes();
    assert_eq!(Tensor::copy_array(&transposed).unwrap().as_slice::<i32>().unwrap(), [0, 6, 1, 7]);

    let row = aview1(&[1, 2]);
    let broadcast = row.broadcast((3, 2)).unwrap();
    assert_eq!(Tensor::copy_array(&broadcast).unwrap().as_slice::<i32>().unwrap(), [1, 2, 1, 2, 1, 2]);
}

#[test]
fn shared_and_borrowed_arrays_are_copied_when_others_see_their_memory() {
    let shared: ArcArray<u8, _> = array![1u8, 2].into_shared();
    assert_eq!(Tensor::from_array(shared.clone()).unwrap().as_slice::<u8>().unwrap(), [1, 2]);
    assert_eq!(shared, array![1u8, 2].into_shared());
    let owned = array![1.5f32];
    let cow = CowArray::from(owned.view());
    assert_eq!(Tensor::from_array(cow).unwrap().as_slice::<f32>().unwrap(), [1.5]);
}

#[test]
fn rank_0_and_empty_arrays_convert_both_ways() {
    let scalar = Tensor::from_array(ndarray::arr0(7u16)).unwrap();
    assert_eq!((scalar.rank(), scalar.as_scalar::<u16>().unwrap()), (0, 7));
    assert_eq!(scalar.as_array::<u16>().unwrap(), ndarray::arr0(7u16).into_dyn());
    let empty = Array::<f64, _>::zeros((2, 0, 3));
    let tensor = Tensor::from_array(empty.clone()).unwrap();
    assert_eq!(tensor.dims(), [2, 0, 3]);
    assert_eq!(tensor.as_array::<f64>().unwrap(), empty.clone().into_dyn());
    assert_eq!(Tensor::copy_array(&empty.slice(s![1.., .., ..])).unwrap().dims(), [1, 0, 3]);
}

#[test]
fn a_view_of_an_array_shares_its_memory_if_it_can_and_says_so_if_not() {
    let array = array![[1, 2], [3, 4]];
    let rows = array.view();
    let view = TensorView::from_array(&rows).unwrap();
    assert_eq!(view.as_slice::<i32>().unwrap().as_ptr(), array.as_ptr());
    let columns = array.t();
    let error = TensorView::from_array(&columns).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(
        error.message(),
        "the array of shape [2, 2] and strides [1, 2] is not contiguous in row-major order; \
         use `Tensor::from_array`, which copies it"
    );
}

#[test]
fn an_array_is_an_input_and_is_copied_only_if_it_must_be() {
    let array = array![[1, 2], [3, 4]];
    let rows = (&array).into_input().unwrap();
    assert!(matches!(rows, Input::View(_)));
    assert_eq!(rows.view().as_slice::<i32>().unwrap().as_ptr(), array.as_ptr());
    let columns = array.t();
    assert_eq!((&columns).into_input().unwrap().view().as_slice::<i32>().unwrap(), [1, 3, 2, 4]);
}

#[test]
fn arrays_convert_with_try_from() {
    let tensor = Tensor::try_from(array![1i8, 2]).unwrap();
    assert_eq!(ArrayD::<i8>::try_from(&tensor).unwrap(), array![1i8, 2].into_dyn());
    assert!(ArrayD::<u8>::try_from(&tensor).is_err(), "the type is checked");
}

/// An array of up to four axes of sizes 0 to 4, then permuted, reversed and stepped at random.
fn any_array() -> impl Strategy<Value = ArrayD<i32>> {
    prop::collection::vec((0usize..5, any::<bool>(), 1isize..3), 0..5)
        .prop_flat_map(|axes| {
            let order: Vec<usize> = (0..axes.len()).collect();
            (Just(axes), Just(order).prop_shuffle())
        })
        .prop_map(|(axes, order)| {
            let dims: Vec<usize> = axes.iter().map(|axis| axis.0).collect();
            let count = dims.iter().product::<usize>() as i32;
            let mut array = ArrayD::from_shape_vec(IxDyn(&dims), (0..count).collect()).unwrap();
            for (axis, &(_, reverse, step)) in axes.iter().enumerate() {
                let step = if reverse { -step } else { step };
                array.slice_axis_inplace(Axis(axis), ndarray::Slice::new(0, None, step));
            }
            array.permuted_axes(order)
        })
}

proptest! {
    #[test]
    fn every_way_from_an_array_and_back_gives_the_same(array in any_array()) {
        let copied = Tensor::copy_array(&array).unwrap();
        prop_assert_eq!(copied.as_array::<i32>().unwrap(), array.view());
        prop_assert_eq!((&array).into_input().unwrap().to_tensor(), copied.clone());
        let view = array.view();
        prop_assert_eq!(TensorView::from_array(&view).is_ok(), array.is_standard_layout());
        prop_assert_eq!(Tensor::from_array(array).unwrap(), copied);
    }
}

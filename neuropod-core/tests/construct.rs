//! Every constructor with every element type: contents, shapes, and what is refused.

use neuropod_core::reexport::half::{bf16, f16};
use neuropod_core::{
    ALIGNMENT, Allocator, Buffer, DType, DefaultAllocator, Element, ErrorKind, Result, Tensor, TensorView,
    default_allocator,
};

/// Checks that all ways to make a tensor of these six elements agree.
fn check_constructors<T: Element + std::fmt::Debug + bytemuck::AnyBitPattern>(values: [T; 6]) {
    check_reading(values);
    let mut tensor = Tensor::zeros(T::DTYPE, [6]).unwrap();
    tensor.as_mut_slice::<T>().unwrap().copy_from_slice(&values);
    assert_eq!(tensor.as_slice::<T>().unwrap(), values, "written in place");
    assert_eq!(tensor.as_mut_bytes().unwrap(), bytemuck::cast_slice::<T, u8>(&values));
}

fn check_reading<T: Element + std::fmt::Debug>(values: [T; 6]) {
    let dims = [2, 3];
    let bytes: &[u8] = bytemuck::cast_slice(&values);
    let array = ndarray::Array2::from_shape_vec((2, 3), values.to_vec()).unwrap();
    let view = array.view();
    let tensors = [
        Tensor::from_vec(dims, values.to_vec()).unwrap(),
        Tensor::from_slice(dims, &values).unwrap(),
        Tensor::from_buffer(T::DTYPE, dims, Buffer::copy_from(bytes)).unwrap(),
        Tensor::from_buffer(T::DTYPE, dims, Buffer::from_vec(values.to_vec())).unwrap(),
        Tensor::from_array(array.clone()).unwrap(),
        Tensor::copy_array(&array).unwrap(),
        TensorView::from_slice(&dims, &values).unwrap().to_tensor(),
        TensorView::from_bytes(T::DTYPE, &dims, bytes).unwrap().to_tensor(),
        TensorView::from_array(&view).unwrap().to_tensor(),
        // SAFETY: the copied buffer is alive as long as its owner, the vector, and nobody writes it.
        unsafe {
            let owner = values.to_vec();
            Tensor::from_raw_parts(T::DTYPE, dims, owner.as_ptr().cast(), owner).unwrap()
        },
    ];
    for (index, tensor) in tensors.iter().enumerate() {
        assert_eq!((tensor.dtype(), tensor.dims()), (T::DTYPE, &dims[..]), "constructor {index}");
        assert_eq!((tensor.rank(), tensor.element_count()), (2, 6));
        assert_eq!(tensor.as_slice::<T>().unwrap(), values, "constructor {index}");
        assert_eq!(tensor.as_array::<T>().unwrap(), array.view().into_dyn());
        assert_eq!(tensor.bytes(), bytes);
        assert_eq!(tensor.offsets(), []);
        assert_eq!(*tensor, tensors[0]);
        assert!(tensor.as_strings().is_err() && tensor.as_byte_strings().is_err());
    }
    let full = Tensor::full(dims, values[1]).unwrap();
    assert_eq!(full.as_slice::<T>().unwrap(), [values[1]; 6]);
    let scalar = Tensor::scalar(values[1]);
    assert_eq!((scalar.dims(), scalar.as_scalar::<T>().unwrap()), (&[][..], values[1]));
    let zeros = Tensor::zeros(T::DTYPE, dims).unwrap();
    assert_eq!(zeros.as_slice::<T>().unwrap(), [T::default(); 6]);
}

#[test]
fn every_constructor_makes_every_type_of_number() {
    check_reading([true, false, true, true, false, false]);
    check_constructors([1i8, -2, 3, i8::MIN, i8::MAX, 0]);
    check_constructors([1i16, -2, 3, i16::MIN, i16::MAX, 0]);
    check_constructors([1i32, -2, 3, i32::MIN, i32::MAX, 0]);
    check_constructors([1i64, -2, 3, i64::MIN, i64::MAX, 0]);
    check_constructors([1u8, 2, 3, 4, u8::MAX, 0]);
    check_constructors([1u16, 2, 3, 4, u16::MAX, 0]);
    check_constructors([1u32, 2, 3, 4, u32::MAX, 0]);
    check_constructors([1u64, 2, 3, 4, u64::MAX, 0]);
    check_constructors([1.5f32, -2.0, f32::MIN, f32::MAX, f32::INFINITY, 0.0]);
    check_constructors([1.5f64, -2.0, f64::MIN, f64::MAX, f64::INFINITY, 0.0]);
    check_constructors([1.5, -2.0, 0.1, 65504.0, 6e-8, 0.0].map(f16::from_f32));
    check_constructors([1.5, -2.0, 0.1, 3e38, 1e-40, 0.0].map(bf16::from_f32));
}

#[test]
fn access_as_another_type_is_an_error_that_names_both() {
    let tensor = Tensor::scalar(1.0f32);
    let error = tensor.as_slice::<i32>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.message(), "the tensor's elements are float32, but they were accessed as int32");
    for dtype in DType::ALL {
        let tensor = Tensor::zeros(dtype, [1]).unwrap();
        assert_eq!(tensor.as_slice::<u16>().is_ok(), dtype == DType::UInt16, "{dtype}");
    }
}

#[test]
fn rank_0_and_empty_axes_are_tensors_of_one_and_of_no_element() {
    for dtype in DType::ALL {
        for (dims, count) in [(&[][..], 1), (&[0], 0), (&[2, 0, 3], 0), (&[1, 1], 1)] {
            let tensor = Tensor::zeros(dtype, dims).unwrap();
            assert_eq!((tensor.dims(), tensor.element_count()), (dims, count), "{dtype}");
            assert_eq!(tensor.view().element_count(), count);
            assert_eq!(tensor.view().to_tensor(), tensor);
        }
    }
    assert_eq!(Tensor::from_vec([0, 7], Vec::<f64>::new()).unwrap().as_slice::<f64>().unwrap(), []);
    assert!(Tensor::from_vec([0], vec![1u8]).is_err());
    assert!(Tensor::from_vec([0usize; 0], Vec::<u8>::new()).is_err(), "rank 0 has one element");
}

#[test]
fn empty_memory_of_any_address_is_a_tensor_without_elements() {
    let bytes = [0u8; 2];
    for dtype in DType::ALL.into_iter().filter(|dtype| dtype.is_fixed_size()) {
        for empty in [&bytes[..0], &bytes[1..1]] {
            assert!(TensorView::from_bytes(dtype, &[0], empty).is_ok(), "{dtype}"); // one address is odd
        }
        let owned = Tensor::from_buffer(dtype, [3, 0], Buffer::from_owner(Vec::new())).unwrap();
        assert_eq!(owned, Tensor::zeros(dtype, [3, 0]).unwrap());
        // SAFETY: no byte is asked for, so the pointer may be null.
        let null = unsafe { Tensor::from_raw_parts(dtype, [0], std::ptr::null(), ()) }.unwrap();
        assert_eq!(null.element_count(), 0);
    }
    let mut null = Tensor::from_buffer(DType::Float32, [0], Buffer::from_vec(Vec::<u8>::new())).unwrap();
    assert_eq!(null.as_mut_slice::<f32>().unwrap(), []);
}

#[test]
fn lengths_that_do_not_fit_the_shape_are_refused_with_both_numbers() {
    fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.message().to_owned()
    }
    let counts = "the shape [2, 2] has 4 elements, but 3 were given";
    assert_eq!(message(Tensor::from_vec([2, 2], vec![0i8; 3])), counts);
    assert_eq!(message(Tensor::from_slice([2, 2], &[0i8; 3])), counts);
    assert_eq!(message(TensorView::from_slice(&[2, 2], &[0i8; 3])), counts);
    assert_eq!(message(Tensor::from_strings([2, 2], &["a"; 3])), counts);
    let buffer = Buffer::copy_from(&[0; 7]);
    assert_eq!(
        message(Tensor::from_buffer(DType::Int32, [2], buffer.clone())),
        "the shape [2] of int32 has 2 elements of 4 bytes, but 7 bytes were given"
    );
    assert!(message(Tensor::from_buffer(DType::String, [7], buffer)).contains("constructors for strings"));
    assert!(message(Tensor::zeros(DType::Int8, [2]).unwrap().reshape([3])).contains("has 3 elements"));
}

#[test]
fn bytes_that_are_no_bool_are_refused() {
    let error = TensorView::from_bytes(DType::Bool, &[2], &[1, 2]).unwrap_err();
    assert_eq!(error.message(), "these bytes cannot be read as bool: an element is neither 0 nor 1");
    let mut tensor = Tensor::zeros(DType::Bool, [2]).unwrap();
    tensor.as_mut_bytes().unwrap().fill(7);
    assert!(tensor.as_slice::<bool>().is_err(), "found when it is read");
}

#[test]
fn misaligned_memory_is_refused() {
    let buffer = Buffer::copy_from(&[0; 12]).slice(1..9);
    assert!(Tensor::from_buffer(DType::UInt8, [8], buffer.clone()).is_ok());
    let error = Tensor::from_buffer(DType::Float64, [1], buffer).unwrap_err();
    assert!(error.message().contains("not aligned"), "{error}");
}

#[test]
fn shapes_beyond_memory_are_refused_for_every_type() {
    for dtype in DType::ALL {
        for dims in [&[usize::MAX][..], &[1 << 62], &[1 << 32, 1 << 32], &[isize::MAX as usize]] {
            let error = Tensor::zeros(dtype, dims).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{dtype} {dims:?}");
            assert!(default_allocator().allocate(dtype, dims).is_err());
        }
    }
    assert!(Tensor::full([1usize << 61], 0.0f64).is_err());
    assert!(TensorView::from_slice::<u8>(&[usize::MAX, 2], &[]).is_err());
    assert!(Tensor::zeros(DType::Float32, [usize::MAX, 0]).is_err(), "could not be permuted");
}

#[test]
fn what_is_allocated_here_is_aligned() {
    let aligned = |tensor: &Tensor| (tensor.bytes().as_ptr() as usize).is_multiple_of(ALIGNMENT);
    for dtype in DType::ALL.into_iter().filter(|dtype| dtype.is_fixed_size()) {
        for count in [1, 3, 17, 1000, 100_003] {
            let tensor = DefaultAllocator.allocate(dtype, &[count]).unwrap();
            assert!(aligned(&tensor) && aligned(&tensor.to_owned_memory()), "{dtype} {count}");
        }
    }
    for count in 1..200 {
        assert!(aligned(&Tensor::from_slice([count], &vec![1u8; count]).unwrap()));
    }
    assert!(aligned(&Tensor::scalar(1i64)));
}

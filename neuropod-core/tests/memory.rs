//! Who owns memory, who may write it, and when it is freed.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use neuropod_core::{
    Buffer, DType, ErrorKind, ForeignOwner, Input, IntoInput, Outputs, Owner, OwnerFunctions, Tensor,
};

/// Bytes that count how often they are dropped.
struct Counted {
    bytes: Vec<u8>,
    drops: Arc<AtomicUsize>,
}

impl Counted {
    fn new(bytes: &[u8]) -> (Self, Arc<AtomicUsize>) {
        let drops = Arc::new(AtomicUsize::new(0));
        (Counted { bytes: bytes.to_vec(), drops: Arc::clone(&drops) }, drops)
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.bytes.fill(0xdd); // what reads freed memory sees it
        self.drops.fetch_add(1, Ordering::SeqCst);
    }
}

fn count(drops: &AtomicUsize) -> usize {
    drops.load(Ordering::SeqCst)
}

#[test]
fn an_owner_is_dropped_once_with_the_last_handle() {
    let (owner, drops) = Counted::new(&[1, 2, 3, 4]);
    let address = owner.bytes.as_ptr();
    let tensor = Tensor::from_buffer(DType::UInt8, [4], Buffer::from_owner(owner)).unwrap();
    assert_eq!(tensor.bytes().as_ptr(), address, "nothing is copied");
    let clone = tensor.clone();
    let reshaped = tensor.reshape([2, 2]).unwrap();
    let part = Tensor::from_buffer(DType::UInt8, [2], tensor.buffer().slice(1..3)).unwrap();
    let mut outputs = Outputs::new();
    outputs.push("y", tensor.clone());
    let kept = Input::Tensor(&clone).to_tensor();
    drop((tensor, clone, reshaped, outputs, kept));
    assert_eq!(count(&drops), 0);
    assert_eq!(part.as_slice::<u8>().unwrap(), [2, 3]);
    drop(part);
    assert_eq!(count(&drops), 1);
}

#[test]
fn a_deleter_is_called_once_with_the_last_handle() {
    let memory = Box::leak(Box::new([1.5f32, 2.5]));
    let address = memory.as_mut_ptr();
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let raw = address as usize;
    // SAFETY: the two numbers live until the deleter takes the box back, and nobody writes them.
    let buffer = unsafe {
        Buffer::from_deleter(address.cast(), 8, move || {
            drop(Box::from_raw(raw as *mut [f32; 2]));
            counter.fetch_add(1, Ordering::SeqCst);
        })
    };
    let tensor = Tensor::from_buffer(DType::Float32, [2], buffer).unwrap();
    let clone = tensor.clone();
    drop(tensor);
    assert_eq!(count(&calls), 0);
    assert_eq!(clone.as_slice::<f32>().unwrap(), [1.5, 2.5]);
    drop(clone);
    assert_eq!(count(&calls), 1);
}

#[test]
fn an_owner_is_dropped_when_its_tensor_is_refused() {
    let (owner, drops) = Counted::new(&[1, 2, 3]);
    assert!(Tensor::from_buffer(DType::Int32, [1], Buffer::from_owner(owner)).is_err());
    assert_eq!(count(&drops), 1);
    let (owner, drops) = Counted::new(&[2]);
    let start = owner.bytes.as_ptr();
    // SAFETY: the byte is alive as long as its owner, and nobody writes it.
    assert!(unsafe { Tensor::from_raw_parts(DType::Bool, [1], start, owner) }.is_err(), "2 is no bool");
    assert_eq!(count(&drops), 1);
}

#[test]
fn handles_can_be_dropped_and_read_on_many_threads() {
    for _ in 0..50 {
        let (owner, drops) = Counted::new(&[7; 64]);
        let tensor = Tensor::from_buffer(DType::UInt8, [64], Buffer::from_owner(owner)).unwrap();
        let barrier = Barrier::new(4);
        thread::scope(|scope| {
            for clone in vec![tensor; 4] {
                scope.spawn(|| {
                    let clone = clone;
                    barrier.wait();
                    assert_eq!(clone.as_slice::<u8>().unwrap(), [7; 64]);
                });
            }
        });
        assert_eq!(count(&drops), 1);
    }
}

#[test]
fn a_vector_keeps_its_memory() {
    let values = vec![1i64, 2, 3];
    let address = values.as_ptr();
    let tensor = Tensor::from_vec([3], values).unwrap();
    assert_eq!(tensor.as_slice::<i64>().unwrap().as_ptr(), address);
    let (bytes, offsets) = (b"ab".to_vec(), vec![0, 1, 2]);
    let addresses = (bytes.as_ptr(), offsets.as_ptr());
    let tensor = Tensor::from_packed_strings([2], bytes, offsets).unwrap();
    assert_eq!((tensor.bytes().as_ptr(), tensor.offsets().as_ptr()), addresses);
}

#[test]
fn memory_is_written_through_the_only_handle_alone() {
    let mut tensor = Tensor::from_vec([3], vec![1i32, 2, 3]).unwrap();
    tensor.as_mut_slice::<i32>().unwrap()[0] = 10;
    let clone = tensor.clone();
    let error = tensor.as_mut_slice::<i32>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().contains("shared or read-only"), "{error}");
    assert!(tensor.as_mut_bytes().is_err());
    drop(clone);
    tensor.as_mut_slice::<i32>().unwrap()[1] = 20;
    assert_eq!(tensor.as_slice::<i32>().unwrap(), [10, 20, 3]);
    assert!(tensor.as_mut_slice::<f32>().is_err(), "the type is checked");
}

#[test]
fn bools_are_written_in_place() {
    let mut tensor = Tensor::zeros(DType::Bool, [2]).unwrap();
    tensor.as_mut_slice::<bool>().unwrap()[1] = true;
    assert_eq!(tensor.as_slice::<bool>().unwrap(), [false, true]);
    tensor.as_mut_bytes().unwrap()[0] = 2;
    assert!(tensor.as_slice::<bool>().unwrap_err().message().contains("neither 0 nor 1"));
    assert!(tensor.as_mut_slice::<bool>().is_err());
}

#[test]
fn a_slice_of_a_buffer_shares_its_memory_and_stops_writing() {
    let mut buffer = Buffer::copy_from(&[1, 2, 3, 4]);
    let part = buffer.slice(1..3);
    assert_eq!(*part, [2, 3]);
    assert_eq!(part.as_ptr(), buffer[1..].as_ptr());
    assert_eq!(*part.slice(2..2), []);
    assert!(buffer.as_mut_slice().is_none());
    drop(part);
    buffer.as_mut_slice().unwrap()[0] = 9;
    assert_eq!(*buffer, [9, 2, 3, 4]);
    let mut part = buffer.slice(2..4);
    drop(buffer);
    part.as_mut_slice().unwrap().fill(5); // the only handle left
    assert_eq!(*part, [5, 5]);
}

#[test]
#[should_panic(expected = "out of range")]
fn a_slice_beyond_a_buffer_panics() {
    let _ = Buffer::copy_from(&[1, 2]).slice(1..3);
}

#[test]
fn foreign_memory_is_read_only_unless_it_is_given_to_be_written() {
    let mut shared = Buffer::from_owner(vec![1u8]);
    assert!(shared.as_mut_slice().is_none());
    let mut memory = vec![1u8, 2];
    let start = memory.as_mut_ptr();
    // SAFETY: the vector is the owner, so its bytes live as long, and only the buffer uses them.
    let mut buffer = unsafe { Buffer::from_raw_parts_mut(start, 2, memory) };
    buffer.as_mut_slice().unwrap()[1] = 7;
    assert_eq!(*buffer, [1, 7]);
    // SAFETY: no byte is asked for, so the pointers may be null.
    let empty = unsafe {
        [Buffer::from_raw_parts(ptr::null(), 0, ()), Buffer::from_raw_parts_mut(ptr::null_mut(), 0, ())]
    };
    assert!(empty.iter().all(|buffer| buffer.is_empty()));
}

#[test]
fn a_tensor_over_foreign_memory_is_written_if_it_was_given_for_that() {
    let mut memory = vec![1i32, 2];
    let start = memory.as_mut_ptr().cast::<u8>();
    // SAFETY: the vector is the owner, so its numbers live as long, and only the tensor uses them.
    let mut tensor = unsafe { Tensor::from_raw_parts_mut(DType::Int32, [2], start, memory) }.unwrap();
    tensor.as_mut_slice::<i32>().unwrap()[1] = 7;
    let clone = tensor.clone();
    assert!(tensor.buffer().is_writable());
    assert!(tensor.as_mut_bytes().is_err(), "a clone shares it");
    drop(clone);
    assert_eq!(tensor.as_mut_slice::<i32>().unwrap(), [1, 7]);
    let memory = vec![1u8];
    // SAFETY: the vector is the owner, so its byte lives as long, and nobody writes it.
    let mut tensor = unsafe { Tensor::from_raw_parts(DType::UInt8, [1], memory.as_ptr(), memory) }.unwrap();
    assert!(!tensor.buffer().is_writable());
    assert!(tensor.as_mut_bytes().is_err());
}

/// An owner whose words are a counter of owners that another library would keep.
fn foreign(count: &'static AtomicUsize) -> Owner {
    unsafe fn counter(words: &[*const c_void; 3]) -> &'static AtomicUsize {
        // SAFETY: the first word was made of such a reference.
        unsafe { &*words[0].cast::<AtomicUsize>() }
    }
    static FUNCTIONS: OwnerFunctions = OwnerFunctions {
        // SAFETY: here and below, the words are those that `foreign` made.
        retain: |words| unsafe {
            counter(words).fetch_add(1, Ordering::SeqCst);
            ForeignOwner::new(*words, &FUNCTIONS)
        },
        release: |words| {
            // SAFETY: as above.
            unsafe { counter(words) }.fetch_sub(1, Ordering::SeqCst);
        },
        // SAFETY: as above.
        is_unshared: |words| unsafe { counter(words) }.load(Ordering::SeqCst) == 1,
    };
    count.fetch_add(1, Ordering::SeqCst);
    let words = [ptr::from_ref(count).cast(), ptr::null(), ptr::null()];
    // SAFETY: the counter lives for ever, and any thread may count.
    Owner::Foreign(unsafe { ForeignOwner::new(words, &FUNCTIONS) })
}

#[test]
fn memory_of_another_librarys_owner_is_written_while_that_has_no_other() {
    static OWNERS: AtomicUsize = AtomicUsize::new(0);
    let mut memory = Box::new([1u8, 2]);
    let start = memory.as_mut_ptr();
    // SAFETY: the bytes outlive this buffer, and only it uses them.
    let mut buffer = unsafe { Buffer::with_owner_mut(start, 2, foreign(&OWNERS)) };
    buffer.as_mut_slice().unwrap()[0] = 9;
    let clone = buffer.clone();
    assert!(buffer.as_mut_slice().is_none());
    drop(buffer);
    let mut left = clone;
    assert_eq!(left.as_mut_slice().unwrap(), [9, 2]);
    drop(left);
    assert_eq!(count(&OWNERS), 0);
    // SAFETY: the bytes outlive this buffer, and nobody writes them any more.
    let mut buffer = unsafe { Buffer::with_owner(start, 2, foreign(&OWNERS)) };
    assert!(buffer.as_mut_slice().is_none(), "it is read-only, and its owner the only one");
}

#[test]
fn a_copy_can_be_written_whatever_the_original_is() {
    let original = Tensor::from_buffer(DType::UInt8, [2], Buffer::from_owner(vec![1u8, 2])).unwrap();
    let mut copy = original.to_owned_memory();
    copy.as_mut_slice::<u8>().unwrap()[0] = 9;
    assert_eq!(original.as_slice::<u8>().unwrap(), [1, 2]);
    assert_eq!(copy.as_slice::<u8>().unwrap(), [9, 2]);
    let mut strings = Tensor::from_strings([1], &["a"]).unwrap();
    assert!(strings.as_mut_bytes().is_err(), "strings cannot be written in place");
}

#[test]
fn an_owner_can_be_recognised() {
    let tensor = Tensor::from_buffer(DType::UInt8, [1], Buffer::from_owner(Counted::new(&[1]).0)).unwrap();
    assert!(tensor.buffer().owner().downcast_ref::<Counted>().is_some());
    assert!(Tensor::scalar(1u8).buffer().owner().downcast_ref::<Counted>().is_none());
}

#[test]
fn an_input_gives_its_tensor_without_a_copy_and_copies_a_view() {
    let tensor = Tensor::scalar(1u8);
    let address = tensor.bytes().as_ptr();
    assert_eq!((&tensor).into_input().unwrap().to_tensor().bytes().as_ptr(), address);
    assert_eq!(tensor.clone().into_input().unwrap().to_tensor().bytes().as_ptr(), address);
    let view = tensor.view().into_input().unwrap();
    assert_eq!(view.view().bytes().as_ptr(), address);
    assert_ne!(view.to_tensor().bytes().as_ptr(), address);
}

//! The documented format.

use neuropod_core::{DType, Tensor, serialize};

const DOCUMENTATION: &str = include_str!("../../docs/serialized-tensors.md");

/// The bytes of an example in the documentation.
fn example(index: usize) -> Vec<u8> {
    let block = DOCUMENTATION.split("```text\n").nth(index + 1).unwrap().split("```").next().unwrap();
    // What the bytes mean stands behind them, after five spaces at least.
    let bytes = block.lines().flat_map(|line| line.split("     ").next().unwrap().split_whitespace());
    bytes.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

#[test]
fn the_examples_of_the_documentation_are_what_is_written_and_read() {
    let numbers = Tensor::from_slice([2], &[1i16, -2]).unwrap();
    assert_eq!(serialize::tensor_to_bytes(&numbers).unwrap(), example(0));
    assert_eq!(serialize::tensor_from_bytes(&example(0)).unwrap(), numbers);

    let strings = Tensor::from_strings([2], &["a", "bc"]).unwrap();
    assert_eq!(serialize::tensors_to_bytes([("s", &strings)]).unwrap(), example(1));
    assert_eq!(serialize::tensors_from_bytes(&example(1)).unwrap(), [("s".to_owned(), strings)]);
}

#[test]
fn element_types_have_the_numbers_of_the_plugin_interface() {
    for (number, dtype) in DType::ALL.into_iter().enumerate() {
        let bytes = serialize::tensor_to_bytes(&Tensor::zeros(dtype, [1]).unwrap()).unwrap();
        assert_eq!(bytes[24..28], (number as u32).to_le_bytes(), "{dtype}");
    }
    let rows = DOCUMENTATION.lines().filter(|line| line.starts_with("| `"));
    let documented = rows.flat_map(|row| {
        let cells: Vec<_> = row.split('|').collect();
        let names: Vec<_> =
            cells[1].split(',').map(|name| name.trim().trim_matches('`').to_owned()).collect();
        let numbers: Vec<usize> = cells[2].split(',').map(|number| number.trim().parse().unwrap()).collect();
        names.into_iter().zip(numbers).collect::<Vec<_>>()
    });
    let expected: Vec<_> = DType::ALL.iter().map(DType::to_string).zip(0..).collect();
    assert_eq!(documented.filter(|(name, _)| name.parse::<DType>().is_ok()).collect::<Vec<_>>(), expected);
}

#[test]
fn data_start_at_multiples_of_64() {
    let tensor = Tensor::from_slice([1], &[0x5a5a_5a5au32]).unwrap();
    for name in ["", "x", "a name", &"n".repeat(200)] {
        let bytes = serialize::tensors_to_bytes([(name, &tensor), ("last", &tensor)]).unwrap();
        let starts: Vec<_> =
            (0..bytes.len()).filter(|start| bytes[*start..].starts_with(&[0x5a; 4])).collect();
        assert_eq!(starts.len(), 2, "{name}");
        assert!(starts.iter().all(|start| start % 64 == 0), "{name}: {starts:?}");
    }
}

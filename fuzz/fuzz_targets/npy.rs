//! Reads test data of any bytes: as a `.npz` file, and as the one array in such a file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use neuropod_package::TestData;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(data) = TestData::from_npz(bytes) {
        // Byte strings are read, but those that are not UTF-8 cannot be written.
        let _ = data.to_npz();
    }
    let _ = TestData::from_npz(stored(bytes));
});

/// A zip file with one stored member of this content.
fn stored(content: &[u8]) -> Vec<u8> {
    const NAME: &[u8] = b"input/x.npy";
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let size = (content.len() as u32).to_le_bytes();
    let sizes = [[0; 4], crc.sum().to_le_bytes(), size, size, [NAME.len() as u8, 0, 0, 0]].concat();
    let local = [b"PK\x03\x04\x14\0\0\0\0\0".as_slice(), &sizes, NAME, content].concat();
    let central = [b"PK\x01\x02\x14\x03\x14\0\0\0\0\0".as_slice(), &sizes, &[0; 14], NAME].concat();
    let end = [(central.len() as u32).to_le_bytes(), (local.len() as u32).to_le_bytes()].concat();
    [local, central, b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec(), end, vec![0; 2]].concat()
}

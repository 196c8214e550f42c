//! Reads a problem definition of any bytes; what is read is written and read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use neuropod_spec::ProblemDefinition;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(definition) = ProblemDefinition::from_json(bytes) {
        let again = ProblemDefinition::from_json(definition.to_json().as_bytes());
        assert_eq!(again.as_ref(), Ok(&definition));
    }
});

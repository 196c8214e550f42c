//! How much a package may ask of its reader.

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Limits on a package, which protect its reader from one that is made to exhaust memory or disk.
///
/// ```
/// use neuropod_package::Limits;
///
/// let limits = Limits { max_total_size: 1 << 40, ..Limits::default() };
/// assert_eq!(limits.max_expansion_ratio, 1000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many times larger than its compressed form an entry of a zip file may be; 1000.
    pub max_expansion_ratio: u64,
    /// The size of all files together once they are unpacked, in bytes; 64 GiB.
    pub max_total_size: u64,
    /// The size of `config.json`, `0/config.json` and `manifest.json`, each, in bytes; 16 MiB.
    pub max_config_size: u64,
    /// The size of the sample tensors, which are read into memory, in bytes; 4 GiB.
    pub max_test_data_size: u64,
    /// The number of files and folders; 100 000.
    pub max_entries: u64,
    /// The size of a zip file's central directory, which is read into memory, in bytes; 64 MiB.
    pub max_directory_size: u64,
    /// The length of an entry's path, in bytes; 1 KiB.
    pub max_path_length: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_expansion_ratio: 1000,
            max_total_size: 64 * GIB,
            max_config_size: 16 * MIB,
            max_test_data_size: 4 * GIB,
            max_entries: 100_000,
            max_directory_size: 64 * MIB,
            max_path_length: KIB,
        }
    }
}

//! The systems that the wheel serves: its platform tag.
//!
//! `manylinux_2_34_x86_64` is a promise that it works on every usual system with glibc 2.34 or later, so the versions
//! of the system's symbols decide which all native files ask for. The tools that repair wheels do not serve here:
//! maturin looks at its own module alone, and auditwheel wants every library that is not the system's in the wheel.
//! libtorch must not be: the plugin for TorchScript finds it open, from the user's own `torch` package, as every
//! extension of PyTorch does whose wheel has such a tag.

use std::env::consts::ARCH;
use std::fs;

use anyhow::{Context, Result, ensure};

use super::content::Content;
use super::layout;
use crate::links::readelf;

/// The tag before it is known what the files ask for.
const UNKNOWN: &str = "linux";

/// The oldest glibc that Rust's own library serves.
const OLDEST: u32 = 17;

/// Versions of glibc, as 2.x, each with the newest symbols of GCC's libraries that the usual systems with it have.
/// As in auditwheel's policies.
const SYSTEMS: [System; 7] = [
    System { glibc: 17, cxx: [3, 4, 19], cxx_abi: [1, 3, 7], gcc: [4, 7, 0] },
    System { glibc: 24, cxx: [3, 4, 22], cxx_abi: [1, 3, 10], gcc: [4, 7, 0] },
    System { glibc: 27, cxx: [3, 4, 24], cxx_abi: [1, 3, 11], gcc: [7, 0, 0] },
    System { glibc: 31, cxx: [3, 4, 28], cxx_abi: [1, 3, 12], gcc: [7, 0, 0] },
    System { glibc: 34, cxx: [3, 4, 29], cxx_abi: [1, 3, 13], gcc: [7, 0, 0] },
    System { glibc: 35, cxx: [3, 4, 30], cxx_abi: [1, 3, 13], gcc: [12, 0, 0] },
    System { glibc: 39, cxx: [3, 4, 33], cxx_abi: [1, 3, 15], gcc: [14, 0, 0] },
];

struct System {
    glibc: u32,
    cxx: [u32; 3],
    cxx_abi: [u32; 3],
    gcc: [u32; 3],
}

/// Writes the tag into the wheel's metadata.
///
/// # Errors
///
/// A file asks for a version that no known system has.
pub(super) fn mark(content: &Content) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(()); // maturin knows other systems' tags
    }
    let mut needed = OLDEST;
    for path in layout::native(content) {
        let told = readelf("--version-info", &content.folder.join(&path))?;
        for symbol in symbols(&told) {
            let glibc = glibc_for(symbol).with_context(|| {
                format!("{path} asks for {symbol}, and which systems have that is unknown")
            })?;
            needed = needed.max(glibc);
        }
    }
    let file = content.folder.join(format!("{}.dist-info/WHEEL", content.name));
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let unknown = format!("-{UNKNOWN}_{ARCH}\n");
    ensure!(text.contains(&unknown), "{} has another tag than one for {UNKNOWN}", file.display());
    let text = text.replace(&unknown, &format!("-manylinux_2_{needed}_{ARCH}\n"));
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// The symbols' versions that a file asks for: `0x0040:   Name: GLIBC_2.34  Flags: none  Version: 8`.
fn symbols(told: &str) -> impl Iterator<Item = &str> {
    let asked = told.split_once("Version needs section").map_or("", |(_, asked)| asked);
    asked.lines().filter_map(|line| line.split_once("Name: ")?.1.split_whitespace().next())
}

/// The oldest glibc, as 2.x, with which systems have a version of a symbol.
fn glibc_for(symbol: &str) -> Option<u32> {
    let (library, version) = symbol.rsplit_once('_')?;
    let mut numbers = [0; 3];
    for (index, part) in version.split('.').enumerate() {
        *numbers.get_mut(index)? = part.parse().ok()?;
    }
    let first = |newest: fn(&System) -> [u32; 3]| {
        SYSTEMS.iter().find(|system| newest(system) >= numbers).map(|system| system.glibc)
    };
    match library {
        "GLIBC" => Some(numbers[1]).filter(|_| numbers[0] == 2),
        "GLIBCXX" => first(|system| system.cxx),
        "CXXABI" => first(|system| system.cxx_abi),
        "GCC" => first(|system| system.gcc),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_that_has_a_symbol_is_known() {
        let known = [
            ("GLIBC_2.2.5", 2),
            ("GLIBC_2.34", 34),
            ("GLIBCXX_3.4", 17),
            ("GLIBCXX_3.4.29", 34),
            ("CXXABI_1.3.9", 24),
            ("CXXABI_1.3.13", 34),
            ("GCC_3.0", 17),
            ("GCC_12.0.0", 35),
        ];
        for (symbol, glibc) in known {
            assert_eq!(glibc_for(symbol), Some(glibc), "{symbol}");
        }
        for unknown in ["GLIBC_PRIVATE", "GLIBC_ABI_DT_RELR", "GLIBCXX_3.4.99", "OPENSSL_3.0.0", "x"] {
            assert_eq!(glibc_for(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn what_a_file_has_is_not_what_it_asks_for() {
        let told = "Version definition section '.gnu.version_d' contains 1 entry:\n  \
                    000000: Rev: 1  Flags: BASE  Index: 1  Cnt: 1  Name: OWN_1.0\n\n\
                    Version needs section '.gnu.version_r' contains 1 entry:\n  \
                    000000: Version: 1  File: libc.so.6  Cnt: 2\n  \
                    0x0010:   Name: GLIBC_2.34  Flags: none  Version: 8\n  \
                    0x0020:   Name: GLIBC_2.2.5  Flags: none  Version: 3\n";
        assert_eq!(symbols(told).collect::<Vec<_>>(), ["GLIBC_2.34", "GLIBC_2.2.5"]);
    }
}

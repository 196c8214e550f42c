//! What libraries and programs are linked to, as `readelf` tells it: it comes with the C compiler, and knows what
//! the linker that wrote them knows.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::process::Process;

/// Libraries of the system that every program may need.
const SYSTEM: [&str; 8] = [
    "libc.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// What else the plugin for TorchScript needs, which is opened before it.
const TORCH: [&str; 3] = ["libc10.so", "libtorch_cpu.so", "libstdc++.so.6"];

/// What is installed is linked to the system's libraries alone, but for the plugin that needs libtorch, and none
/// has a path of its own to look for libraries.
///
/// # Errors
///
/// A file, of these below a folder, is linked to another library or has such a path, or cannot be read.
pub(crate) fn check(folder: &Path, files: &[&str]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        eprintln!("what files are linked to is looked at on Linux alone");
        return Ok(());
    }
    for path in files {
        let dynamic = readelf("--dynamic", &folder.join(path))?;
        let allowed =
            |library: &&str| SYSTEM.contains(library) || path.contains("/torch-") && TORCH.contains(library);
        let others: Vec<_> = entries(&dynamic, "(NEEDED)").filter(|library| !allowed(library)).collect();
        ensure!(others.is_empty(), "{path} is linked to {others:?}");
        let paths: Vec<_> = entries(&dynamic, "(RUNPATH)").chain(entries(&dynamic, "(RPATH)")).collect();
        ensure!(paths.is_empty(), "{path} looks for libraries in {paths:?}");
    }
    Ok(())
}

/// A shared library has this name for the loader, and defines symbols with this prefix alone for others.
///
/// # Errors
///
/// It has another name, or another symbol, or cannot be read.
pub(crate) fn check_interface(library: &Path, soname: &str, prefix: &str) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let shown = library.display();
    let dynamic = readelf("--dynamic", library)?;
    let found: Vec<_> = entries(&dynamic, "(SONAME)").collect();
    ensure!(found == [soname], "{shown} is named {found:?} for the loader, and [{soname:?}] is needed");
    let table = readelf("--dyn-syms", library)?;
    let (own, others): (Vec<_>, Vec<_>) = exported(&table).partition(|symbol| symbol.starts_with(prefix));
    ensure!(others.is_empty(), "{shown} exports {others:?}, and nothing but {prefix}* belongs there");
    ensure!(!own.is_empty(), "{shown} exports nothing");
    Ok(())
}

/// What `readelf` prints of a file.
///
/// # Errors
///
/// There is no `readelf`, or it cannot read the file.
pub(crate) fn readelf(option: &str, file: &Path) -> Result<String> {
    let told = Process::new("readelf").args([option, "--wide"]).arg(file).stdout();
    told.context("`readelf` is needed, which comes with the C compiler")
}

/// The values of a kind of entry: `0x1 (NEEDED)  Shared library: [libc.so.6]`.
fn entries<'a>(dynamic: &'a str, kind: &'static str) -> impl Iterator<Item = &'a str> {
    let lines = dynamic.lines().filter(move |line| line.contains(kind));
    lines.filter_map(|line| line.split_once('[')?.1.strip_suffix(']'))
}

/// The symbols of a table that others can link to: those that are defined and not local. Columns are the number, the
/// value, the size, the type, the binding, the visibility, the section, and the name.
fn exported(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter_map(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        match columns[..] {
            [_, _, _, _, binding, _, section, name, ..]
                if section != "UND" && ["GLOBAL", "WEAK", "UNIQUE"].contains(&binding) =>
            {
                Some(name)
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_are_read() {
        let dynamic = "Dynamic section at offset 0x8b4 contains 29 entries:\n  Tag  Type  Name/Value\n \
                       0x0000000000000001 (NEEDED)             Shared library: [libgcc_s.so.1]\n \
                       0x000000000000001d (RUNPATH)            Library runpath: [/cache/lib:$ORIGIN]\n \
                       0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]\n";
        let found = |kind| entries(dynamic, kind).collect::<Vec<_>>();
        assert_eq!(found("(NEEDED)"), ["libgcc_s.so.1", "libc.so.6"]);
        assert_eq!(found("(RUNPATH)"), ["/cache/lib:$ORIGIN"]);
        assert!(found("(RPATH)").is_empty());
    }

    #[test]
    fn the_exported_symbols_are_read() {
        let table = "Symbol table '.dynsym' contains 5 entries:\n   Num:    Value  Size Type    Bind   Vis      Ndx Name\n \
                     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT  UND \n     \
                     1: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND malloc@GLIBC_2.2.5 (2)\n     \
                     2: 0000000000001000    10 FUNC    GLOBAL DEFAULT   12 NP_GetVersion\n     \
                     3: 0000000000001010    10 FUNC    WEAK   DEFAULT   12 other\n     \
                     4: 0000000000001020    10 FUNC    LOCAL  DEFAULT   12 hidden\n";
        assert_eq!(exported(table).collect::<Vec<_>>(), ["NP_GetVersion", "other"]);
    }
}

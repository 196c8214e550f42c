//! The programs in the guides: each compiles without a warning, runs, and prints what the guide says.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::Kit;
use super::project::{Compiler, Project};
use crate::install::{DATA, Destination};
use crate::process::Process;

/// The documents.
const DOCUMENTS: [&str; 4] =
    ["README.md", "bindings/c/README.md", "bindings/c/docs/c.md", "bindings/c/docs/cpp.md"];

/// What the guides call the packages, and which of the tests' they are.
const PACKAGES: [(&str, &str); 2] =
    [("addition.neuropod", "addition-torchscript.neuropod"), ("strings.neuropod", "strings-fake.neuropod")];

/// The start of the project that builds the programs, below the kit's folder.
const PROJECT: &str = "\
cmake_minimum_required(VERSION 3.16)
project(neuropod_guides C CXX)
find_package(neuropod CONFIG REQUIRED)
find_package(Threads REQUIRED)
set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_EXTENSIONS OFF)
add_compile_options(-Wall -Wextra -Wpedantic -Werror)
link_libraries(neuropod::neuropod Threads::Threads)
";

/// A program in a document.
#[derive(Debug, PartialEq, Eq)]
struct Snippet {
    /// Where it is.
    place: String,
    /// `c`, `cpp`, `cpp c++20` for a later standard, or `cpp eigen` for one that needs Eigen.
    language: String,
    program: String,
    /// What it prints, if the document says so.
    output: Option<String>,
}

pub(super) fn run(kit: &Kit<'_>) -> Result<()> {
    let snippets = read_all(&kit.workspace.root)?;
    let headers = public_headers(&kit.workspace.root)?;
    let folder = kit.folder.join("guides");
    write_project(&folder, &snippets, &headers)?;
    let source = folder.to_string_lossy();
    let project = Project::new(kit, &source, "guides/built").compiler(&Compiler::new("gcc", "g++"));
    let built = project.option(super::EIGEN, kit.eigen()?).build()?;
    let room = packages(kit, &folder)?;
    for (index, snippet) in snippets.iter().enumerate() {
        let program = built.join(name(index));
        check(snippet, kit.program(&program).current_dir(&room))?;
    }
    eprintln!("{} programs of the guides do what they say", snippets.len());
    Ok(())
}

fn check(snippet: &Snippet, program: Process) -> Result<()> {
    let printed = program.stdout().with_context(|| format!("the program at {} fails", snippet.place))?;
    let Some(expected) = &snippet.output else { return Ok(()) };
    let place = &snippet.place;
    ensure!(printed == *expected, "the program at {place} prints\n{printed}\nand the guide says\n{expected}");
    Ok(())
}

/// A folder with the packages under the names that the guides use.
fn packages(kit: &Kit<'_>, folder: &Path) -> Result<PathBuf> {
    let room = folder.join("room");
    fs::create_dir_all(&room).with_context(|| format!("cannot make {}", room.display()))?;
    for (name, package) in PACKAGES {
        Destination::new(&room).quiet().link(name, &kit.fixtures.packages.join(package).to_string_lossy())?;
    }
    Ok(room)
}

/// Files that are as they were stay, so that they are not built again.
fn write_project(folder: &Path, snippets: &[Snippet], headers: &[String]) -> Result<()> {
    let destination = Destination::new(folder).quiet();
    let mut project = PROJECT.to_owned();
    for (index, snippet) in snippets.iter().enumerate() {
        let name = name(index);
        let (end, options) = language(snippet, &name)?;
        let file = format!("{name}.{end}");
        destination.write(&file, DATA, snippet.program.as_bytes())?;
        let _ = writeln!(project, "add_executable({name} {file})\n{options}");
    }
    for (index, header) in headers.iter().enumerate() {
        let file = format!("header_{index}.cc");
        let text = format!("#include \"{header}\"\n#include \"{header}\"\n");
        destination.write(&file, DATA, text.as_bytes())?;
        let _ = writeln!(project, "add_library(header_{index} OBJECT {file})");
        let _ = writeln!(
            project,
            "target_include_directories(header_{index} SYSTEM PRIVATE \"${{NEUROPOD_EIGEN_INCLUDE}}\")"
        );
    }
    destination.write("CMakeLists.txt", DATA, project.as_bytes())
}

fn name(index: usize) -> String {
    format!("program_{index}")
}

/// How the file's name ends, and what CMake is told of it.
fn language(snippet: &Snippet, name: &str) -> Result<(&'static str, String)> {
    Ok(match snippet.language.as_str() {
        "c" => ("c", String::new()),
        "cpp" => ("cc", String::new()),
        "cpp c++20" => ("cc", format!("target_compile_features({name} PRIVATE cxx_std_20)")),
        "cpp eigen" => (
            "cc",
            format!("target_include_directories({name} SYSTEM PRIVATE \"${{NEUROPOD_EIGEN_INCLUDE}}\")"),
        ),
        other => bail!("nobody knows how to build the block at {}: it is {other:?}", snippet.place),
    })
}

/// The headers that programs include: each must be enough for itself.
fn public_headers(root: &Path) -> Result<Vec<String>> {
    let headers = crate::install::headers(root)?;
    Ok(headers.into_iter().filter(|header| !header.contains("/internal/")).collect())
}

fn read_all(root: &Path) -> Result<Vec<Snippet>> {
    let mut all = Vec::new();
    for document in DOCUMENTS {
        let path = root.join(document);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let found = read(document, &text);
        ensure!(!found.is_empty(), "{} has no program", path.display());
        all.extend(found);
    }
    Ok(all)
}

/// The programs of a document. A block of `text` after one is what it prints.
fn read(document: &str, text: &str) -> Vec<Snippet> {
    let mut snippets: Vec<Snippet> = Vec::new();
    let mut is_output_next = false;
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
        let content: String = block.map(|line| format!("{line}\n")).collect();
        let is_program = matches!(language.split(' ').next(), Some("c" | "cpp"));
        match snippets.last_mut() {
            Some(snippet) if language == "text" && is_output_next => snippet.output = Some(content),
            _ if is_program => snippets.push(Snippet {
                place: format!("{document}:{}", index + 1),
                language: language.to_owned(),
                program: content,
                output: None,
            }),
            _ => {}
        }
        is_output_next = is_program;
    }
    snippets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_read_with_what_they_print() {
        let text = "# A\n\n```cpp c++20\nint main() {}\n```\n\n```text\n1\n2\n```\n\n```sh\nls\n```\n```text\nno\n```\n```c\nint x;\n```\n";
        let snippet = |place: &str, language: &str, program: &str, output: Option<&str>| Snippet {
            place: place.to_owned(),
            language: language.to_owned(),
            program: program.to_owned(),
            output: output.map(str::to_owned),
        };
        assert_eq!(
            read("a.md", text),
            [
                snippet("a.md:3", "cpp c++20", "int main() {}\n", Some("1\n2\n")),
                snippet("a.md:18", "c", "int x;\n", None)
            ]
        );
    }
}

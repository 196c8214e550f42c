//! A description for people.

use anstyle::Style;
use indicatif::BinaryBytes;

use super::description::{Description, PackageFormat, PackagedFile};
use crate::{spec, table};

pub(super) fn render(description: &Description) -> String {
    let mut text = table::columns(&properties(description), 0);
    let inputs: Vec<_> = description
        .inputs
        .iter()
        .map(|input| row(&input.spec.name, input.spec.dtype, &input.spec.shape, placed(input.device)))
        .collect();
    let outputs: Vec<_> = description
        .outputs
        .iter()
        .map(|output| row(&output.name, output.dtype, &output.shape, String::new()))
        .collect();
    text += &section("inputs", &inputs);
    text += &section("outputs", &outputs);
    let files: Vec<_> = description.files.iter().map(|file| file_row(file, description.manifest)).collect();
    text + &section("files", &files)
}

fn properties(description: &Description) -> Vec<[String; 2]> {
    let custom_ops = match description.custom_ops.as_slice() {
        [] => "none".to_owned(),
        libraries => format!("{} (native code)", libraries.join(", ")),
    };
    let test_data = if description.test_data { "yes" } else { "none" };
    let manifest =
        if description.manifest { "yes" } else { "none: there are no hashes to verify the files with" };
    [
        ("name", description.name.clone()),
        ("platform", format!("{} {}", description.platform, description.platform_version)),
        ("package", size(description)),
        ("custom ops", custom_ops),
        ("test data", test_data.to_owned()),
        ("manifest", manifest.to_owned()),
    ]
    .map(|(key, value)| [key.to_owned(), value])
    .to_vec()
}

fn size(description: &Description) -> String {
    let count = table::files(description.files.len());
    let size = BinaryBytes(description.package_size);
    match description.format {
        PackageFormat::Directory => format!("directory, {size}, {count}"),
        PackageFormat::Zip => {
            format!("zip file, {size}, {count}, {} unpacked", BinaryBytes(description.unpacked_size))
        }
    }
}

fn row(name: &str, dtype: &str, shape: &[neuropod::Dim], note: String) -> [String; 4] {
    [name.to_owned(), dtype.to_owned(), spec::shape(shape), note]
}

/// Most inputs go to the GPU if the model runs there; the others are worth a word.
fn placed(device: &str) -> String {
    if device == "GPU" { String::new() } else { format!("kept on the {device}") }
}

fn file_row(file: &PackagedFile, has_manifest: bool) -> [String; 3] {
    let hash = match &file.sha256 {
        Some(sha256) => format!("sha256:{sha256}"),
        None if has_manifest && file.path != "manifest.json" => "not in the manifest".to_owned(),
        None => String::new(),
    };
    [file.path.clone(), BinaryBytes(file.size).to_string(), hash]
}

fn section<const N: usize>(title: &str, rows: &[[String; N]]) -> String {
    let bold = Style::new().bold();
    let rows = if rows.is_empty() { "  none\n".to_owned() } else { table::columns(rows, 2) };
    format!("\n{bold}{title}{bold:#}\n{rows}")
}

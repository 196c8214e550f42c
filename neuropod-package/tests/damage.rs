//! Damaged packages never panic, and never show anything but what was packaged.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use neuropod_core::{DType, ModelFiles, Tensor, TensorSpec};
use neuropod_package::{Compression, Integrity, OpenOptions, Package, PackageBuilder, TestData};
use neuropod_spec::ProblemDefinition;
use proptest::prelude::*;

/// A small package in both compressions.
static ZIPS: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    [Compression::Deflate, Compression::Store].map(|compression| {
        let path = folder.path().join(format!("{compression:?}"));
        let definition =
            ProblemDefinition::new("x", "torchscript").with_input(TensorSpec::scalar("x", DType::Int8));
        PackageBuilder::new(definition)
            .bytes("0/data/model.pt", (0..=255).cycle().take(600).collect::<Vec<u8>>())
            .test_data(TestData { inputs: vec![("x".to_owned(), Tensor::scalar(1i8))], outputs: Vec::new() })
            .write_zip(&path, compression)
            .unwrap();
        fs::read(path).unwrap()
    })
});

/// What a package holds; what the original packages hold.
static CONTENT: LazyLock<BTreeMap<String, Vec<u8>>> =
    LazyLock::new(|| content(&*open(&ZIPS[0], Integrity::Require).unwrap().files()));

fn content(files: &dyn ModelFiles) -> BTreeMap<String, Vec<u8>> {
    let read = |path: String| {
        let content = files.read(&path, 1 << 20).unwrap();
        (path, content)
    };
    files.paths().into_iter().map(read).collect()
}

fn open(bytes: &[u8], integrity: Integrity) -> Option<Package> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.neuropod");
    fs::write(&path, bytes).unwrap();
    OpenOptions::new().integrity(integrity).open(&path).ok()
}

/// Does with a package all that can be done.
fn exercise(bytes: &[u8]) {
    let Some(package) = open(bytes, Integrity::Skip) else {
        return;
    };
    let files = package.files();
    for path in files.paths() {
        let _ = files.read(&path, 1 << 20);
        let _ = files.open_at(&path).map(|file| file.read_at(file.size() / 2, &mut [0; 16]));
        let _ = files.path(&path);
    }
    let _ = package.test_data();
    let _ = package.verify();
}

/// Changes a package's bytes here and there, and perhaps its length.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    (0..2usize, changes, prop::option::weighted(0.1, any::<prop::sample::Index>())).prop_map(
        |(zip, changes, cut)| {
            let mut bytes = ZIPS[zip].clone();
            for (index, value) in changes {
                let position = index.index(bytes.len());
                bytes[position] = value;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        },
    )
}

proptest! {
    // A failing case is printed in its smallest form; it belongs among the fuzz targets' seeds.
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_panics(bytes in damaged()) {
        exercise(&bytes);
    }

    #[test]
    fn damage_is_refused_or_does_no_harm(bytes in damaged()) {
        if let Some(package) = open(&bytes, Integrity::Require) {
            prop_assert_eq!(&content(&*package.files()), &*CONTENT);
        }
    }

    #[test]
    fn any_bytes_are_no_test_data_or_are_read(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = TestData::from_npz(bytes);
    }
}

#[test]
fn every_single_byte_of_the_headers_can_be_wrong() {
    for zip in &*ZIPS {
        let directory = zip.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        for position in (0..60).chain(directory..zip.len()) {
            let mut bytes = zip.clone();
            bytes[position] ^= 0x40;
            if let Some(package) = open(&bytes, Integrity::Require) {
                assert_eq!(content(&*package.files()), *CONTENT, "byte {position}");
            }
        }
    }
}

/// The inputs of the fuzz targets, which a fuzzer found or starts from.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let seeds: Vec<_> =
        fs::read_dir(folder).unwrap().map(|item| fs::read(item.unwrap().path()).unwrap()).collect();
    assert!(seeds.len() >= 3, "{target} has {} seeds", seeds.len());
    seeds
}

#[test]
fn the_seeds_of_the_fuzz_targets_do_no_harm() {
    for seed in seeds("package_zip") {
        exercise(&seed);
    }
    for seed in seeds("config_json") {
        if let Ok(definition) = ProblemDefinition::from_json(&seed) {
            assert_eq!(ProblemDefinition::from_json(definition.to_json().as_bytes()).unwrap(), definition);
        }
    }
    for seed in seeds("npy") {
        if let Ok(data) = TestData::from_npz(seed) {
            let again = TestData::from_npz(data.to_npz().unwrap()).unwrap();
            assert_eq!(again.inputs.len() + again.outputs.len(), data.inputs.len() + data.outputs.len());
        }
    }
}

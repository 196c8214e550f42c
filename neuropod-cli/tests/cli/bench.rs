//! `neuropod bench`

use serde_json::Value;

use crate::support::Folder;

const BRIEFLY: [&str; 4] = ["bench", "addition.neuropod", "--duration=50ms", "--warmup=0s"];

fn report(folder: &Folder, arguments: &[&str]) -> Value {
    let json = folder.run(&[&BRIEFLY, arguments, &["--json"]].concat()).assert_success();
    serde_json::from_str(&json).unwrap()
}

#[test]
fn latencies_per_number_of_threads() {
    let folder = Folder::with_addition();
    let text = folder.run(&[&BRIEFLY[..], &["--threads=1,2"]].concat()).assert_success();
    assert!(text.contains("inputs   test data (x: float32 [2], y: float32 [2])\nload     "), "{text}");
    let rows: Vec<_> = text.lines().skip_while(|line| !line.starts_with("threads")).collect();
    assert_eq!(rows.len(), 3, "{text}");

    let report = report(&folder, &["--threads=2"]);
    let run = &report["runs"][0];
    assert_eq!((run["threads"].as_u64(), report["backend"]["name"].as_str()), (Some(2), Some("python")));
    assert!(run["calls"].as_u64() >= Some(2) && run["calls_per_second"].as_f64() > Some(0.0), "{run}");
    let latency = |name: &str| run["latency_seconds"][name].as_f64().unwrap();
    let quantiles = ["min", "p50", "p90", "p99", "max"].map(latency);
    assert!(quantiles.is_sorted() && latency("min") > 0.0 && latency("mean") <= latency("max"), "{run}");
}

#[test]
fn where_inputs_come_from() {
    let folder = Folder::with_addition();
    let inputs = |arguments: &[&str]| {
        let report = report(&folder, arguments);
        (
            report["inputs_from"].as_str().unwrap().to_owned(),
            report["inputs"][0]["shape"][0].as_u64().unwrap(),
        )
    };
    assert_eq!(inputs(&[]), ("test data".to_owned(), 2));
    assert_eq!(inputs(&["x=[1,2,3]", "y=[1,2,3]"]), ("given".to_owned(), 3));
    assert_eq!(inputs(&["--size=n=7"]), ("zeros".to_owned(), 7));
    let folder = Folder::with_untested_addition();
    let report = report(&folder, &[]);
    assert_eq!((&report["inputs_from"], &report["inputs"][0]["shape"][0]), (&"zeros".into(), &1.into()));
}

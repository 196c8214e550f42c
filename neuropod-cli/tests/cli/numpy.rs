//! Files of numpy itself.

use crate::support::Folder;

#[test]
fn arrays_that_numpy_saved() {
    let folder = Folder::with_addition();
    folder.python(
        "import numpy as np
x, y = np.arange(1000, dtype='float32'), np.zeros(1000, dtype='float32')
np.savez('stored.npz', x=x, y=y)
np.savez_compressed('deflated.npz', x=x, y=y)
np.save('x.npy', x)
np.save('y.npy', y)
np.save('wide.npy', x.astype('float64'))
np.savez('pickled.npz', x=np.array([{}], dtype=object))",
    );
    for inputs in [&["--inputs=stored.npz"][..], &["--inputs=deflated.npz"], &["x=@x.npy", "y=@y.npy"]] {
        folder.run(&[&["infer", "addition.neuropod", "-o", "out.npy"], inputs].concat()).assert_success();
        folder.python(
            "import numpy as np
out = np.load('out.npy')
assert out.dtype == np.float32 and (out == np.load('x.npy')).all()",
        );
    }
    folder.run(&["infer", "addition.neuropod", "x=@wide.npy", "y=@y.npy"]).assert_failure(
        2,
        &["the input has the wrong dtype\n  tensor: x\n  expected: float32\n  found: float64\n"],
    );
    folder
        .run(&["infer", "addition.neuropod", "--inputs=pickled.npz"])
        .assert_failure(2, &["pickled Python objects, which are never read", "  entry: x.npy\n"]);
    let text = folder.run(&["infer", "addition.neuropod", "--inputs=stored.npz"]).assert_success();
    assert!(text.starts_with("out: float32 [1000]\n") && text.len() < 1000, "{text}");
}

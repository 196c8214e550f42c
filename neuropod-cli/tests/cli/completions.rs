//! `neuropod completions`

use crate::support::Folder;

#[test]
fn every_shell_gets_a_script() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.run(&["completions", shell]).assert_success();
        assert!(script.contains("neuropod") && script.contains("torchscript"), "{shell}");
    }
}

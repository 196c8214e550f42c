//! `neuropod completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::failure::Failure;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  neuropod completions bash > ~/.local/share/bash-completion/completions/neuropod
  neuropod completions zsh > \"${fpath[1]}/_neuropod\"
  neuropod completions fish > ~/.config/fish/completions/neuropod.fish";

/// Write completions for a shell
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut script = Vec::new(); // clap_complete panics where it cannot write
    let mut command = crate::arguments::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "neuropod", &mut script);
    Output::new()?.text(&String::from_utf8_lossy(&script))
}

//! Sets up, demonstrates and tests the project.
fn main() {}

//! Starts the cloud on one machine.

fn main() {}

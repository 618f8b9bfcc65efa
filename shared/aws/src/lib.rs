//! The impure shell: the only crate that names an AWS SDK.

pub mod clock;

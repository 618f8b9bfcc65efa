//! The rules against lists that other people made; `tests/data` has them, each with its origin and licence.
//!
//! Each list has two halves, chosen by hash. Rules are written with `work.tsv` at hand. `unseen.tsv` says what they
//! are worth: `cargo test -p domain --test foreign -- --ignored` reads it, nobody should.

#[cfg(test)]
mod agents;
#[cfg(test)]
mod countries;

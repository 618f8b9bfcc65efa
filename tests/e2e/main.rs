//! Behaviour of Telltale: the real handlers of all functions against the cloud on one machine.

mod imports;
mod sending;
mod tracking;
mod world;

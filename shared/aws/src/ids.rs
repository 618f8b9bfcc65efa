//! Random bytes for ids and secrets: the one place that asks the system for randomness.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// A source of random bytes whose clones share one state.
#[derive(Clone, Debug)]
pub enum Ids {
    /// The operating system's.
    System,
    /// The same bytes in the same order for the same seed, for tests.
    Seeded(Arc<AtomicU64>),
}

impl Ids {
    /// The source that repeats itself for `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(AtomicU64::new(seed << 32)))
    }

    /// The ten random bytes of an id.
    pub fn next(&self) -> [u8; 10] {
        self.bytes()
    }

    /// Random bytes, 32 at most.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        match self {
            Self::System => fill(&mut out),
            Self::Seeded(state) => {
                let hash = Sha256::digest(state.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                out.copy_from_slice(&hash[..N]);
            }
        }
        out
    }
}

#[expect(clippy::expect_used, reason = "without the system's randomness every id and secret would be unsafe")]
fn fill(out: &mut [u8]) {
    getrandom::fill(out).expect("the operating system gives random bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_repeat_and_the_system_does_not() {
        let (a, b) = (Ids::seeded(7), Ids::seeded(7));
        assert_eq!(a.next(), b.next());
        assert_ne!(a.next(), Ids::seeded(8).next());
        assert_ne!(Ids::System.next(), Ids::System.next());
    }
}

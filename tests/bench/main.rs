//! What each act costs, and how fast the pure parts are: `cargo bench -p e2e` prints one table.
//!
//! Units and calls are counted, not timed, so they are the same on every machine; those with a target are gates, and a
//! missed one fails the run. Times depend on the machine and are printed only. `cargo bench -p e2e -- --cost` writes
//! `docs/COST.md` from the same counts; `-- --corpus` only tells the foreign mails apart.

mod corpus;
mod cost;
mod inbound;
mod mails;
mod money;
mod people;
mod speed;
mod table;
mod time;
#[path = "../e2e/world.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod world;

use std::process::ExitCode;

/// Where the page of costs is committed.
const COST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/COST.md");

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--corpus") {
        print!("{}", corpus::text());
        return ExitCode::SUCCESS;
    }
    let page = runtime(true).block_on(money::page());
    if std::env::args().any(|argument| argument == "--cost") {
        std::fs::write(COST, page).unwrap();
        return ExitCode::SUCCESS;
    }
    let mut rows = runtime(true).block_on(cost::rows());
    rows.extend(runtime(true).block_on(people::rows()));
    rows.extend(runtime(true).block_on(time::rows()));
    rows.extend(runtime(true).block_on(inbound::costs()));
    rows.extend(inbound::reading());
    rows.extend(speed::composing());
    rows.extend(runtime(false).block_on(speed::opens()));
    print!("{}{}", table::text(&rows), corpus::text());
    let missed = rows.iter().filter(|row| row.misses()).count();
    if std::fs::read_to_string(COST).unwrap_or_default() != page {
        eprintln!("docs/COST.md is not what was counted; write it with --cost");
        return ExitCode::FAILURE;
    }
    if missed == 0 {
        return ExitCode::SUCCESS;
    }
    eprintln!("{missed} targets missed");
    ExitCode::FAILURE
}

/// With `paused`, waiting takes no time, as in the tests.
fn runtime(paused: bool) -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(paused).build().unwrap()
}

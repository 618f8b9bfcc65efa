//! Starts Telltale and the cloud on one machine.

use std::process::ExitCode;

use clap::Parser;
use local::cli::Options;
use local::greeting::greeting;
use local::start::Running;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that people start talks to them")]
async fn main() -> ExitCode {
    let options = Options::parse();
    log();
    match Running::start(&options).await {
        Ok(running) => {
            println!("{}", greeting(&running.info));
            interrupted().await;
            running.stop().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("telltale: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Warnings and errors, unless `RUST_LOG` asks for more.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Returns at Ctrl-C and at SIGTERM.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

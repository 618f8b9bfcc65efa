//! The flags of `cargo run`.

use std::path::PathBuf;

use clap::Parser;

/// Telltale and the cloud it needs, on this machine alone.
///
/// Prints the address and an API key. What was sent is shown at /_local/mailbox, as its recipients see it.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "telltale",
    after_help = "Example: cargo run -- --port 8080 --data .telltale --smtp smtp://127.0.0.1:1025"
)]
pub struct Options {
    /// Port of the API, of the tracking endpoints, and of the pages of this machine
    #[arg(long, default_value_t = 8080, value_name = "PORT")]
    pub port: u16,

    /// Port of the AWS endpoint, where files are uploaded and downloaded [default: the port after --port]
    #[arg(long, value_name = "PORT")]
    pub aws_port: Option<u16>,

    /// Directory in which everything is kept; delete it to start over
    #[arg(long, default_value = ".telltale", value_name = "DIRECTORY")]
    pub data: PathBuf,

    /// SMTP server that gets a copy of every mail
    #[arg(long, value_name = "smtp://HOST:PORT")]
    pub smtp: Option<String>,

    /// How many requests a minute each API key may make
    #[arg(long, default_value_t = 6000, value_name = "NUMBER")]
    pub requests_per_minute: u32,
}

impl Options {
    /// The port of the AWS endpoint. Next to an API on any free port (0), it takes any free port as well.
    pub fn aws_port(&self) -> u16 {
        self.aws_port.unwrap_or(if self.port == 0 { 0 } else { self.port.wrapping_add(1) })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_are_sound_and_have_their_defaults() {
        Options::command().debug_assert();
        let options = Options::parse_from(["telltale", "--port", "9000"]);
        assert_eq!((options.aws_port(), options.data.to_str(), options.smtp), (9001, Some(".telltale"), None));
        assert_eq!(Options::parse_from(["telltale", "--port", "0"]).aws_port(), 0);
    }
}

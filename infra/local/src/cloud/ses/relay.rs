//! Hands accepted mail on to a real SMTP server, so that a developer can see it in a mail client.

use lettre::address::{Address, Envelope};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::Url;

use super::{Mail, bare};

/// An SMTP server that gets a copy of everything.
#[derive(Clone)]
pub struct Relay(AsyncSmtpTransport<Tokio1Executor>);

/// Why a relay cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("not an SMTP address (smtp://host:port): {0}")]
pub struct RelayError(String);

impl Relay {
    /// The relay at `smtp://host:port`; without a port, 25. Loopback relays speak plain text, so there is no TLS.
    pub fn at(url: &str) -> Result<Self, RelayError> {
        let wrong = || RelayError(url.to_owned());
        let parsed = Url::parse(url).map_err(|_| wrong())?;
        let host = parsed.host_str().filter(|_| parsed.scheme() == "smtp").ok_or_else(wrong)?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host);
        Ok(Self(transport.port(parsed.port().unwrap_or(25)).build()))
    }

    /// Forwards one mail. It has been accepted already, so a failure is only logged.
    pub(super) async fn forward(&self, mail: &Mail) {
        let sent = match envelope(mail) {
            Ok(envelope) => {
                self.0.send_raw(&envelope, &mail.delivered).await.map(drop).map_err(|error| error.to_string())
            }
            Err(reason) => Err(reason),
        };
        if let Err(reason) = sent {
            tracing::warn!(mail.id, reason, "the SMTP relay did not take a mail");
        }
    }
}

fn envelope(mail: &Mail) -> Result<Envelope, String> {
    let address = |text: &String| bare(text).parse::<Address>().map_err(|error| error.to_string());
    let to: Result<Vec<_>, _> = mail.destinations.iter().map(address).collect();
    Envelope::new(Some(address(&mail.source)?), to?).map_err(|error| error.to_string())
}

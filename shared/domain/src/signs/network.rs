//! Where a hit came from, cut down before anything keeps it: /24 of an IPv4 address, /48 of an IPv6 address.

use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// A network, never an address: `203.0.113.0/24` or `2001:db8:1::/48`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Network(String);

impl Network {
    /// The network of the address that API Gateway saw; `None` when it is not an address.
    pub fn of(source_ip: &str) -> Option<Self> {
        let network = match source_ip.trim().parse::<IpAddr>().ok()?.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
        };
        Some(Self(network))
    }

    /// In CIDR notation.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_part_is_gone() {
        for (ip, want) in [
            ("203.0.113.77", Some("203.0.113.0/24")),
            ("::ffff:203.0.113.77", Some("203.0.113.0/24")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1::/48")),
            ("", None),
            ("example.com", None),
        ] {
            assert_eq!(Network::of(ip).as_ref().map(Network::as_str), want, "{ip}");
        }
    }
}

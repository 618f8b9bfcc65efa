//! Kinds of devices and operating systems, and the rules that tell them.

use serde::{Deserialize, Serialize};

use super::{Rule, first, has};

/// The kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A computer.
    Desktop,
    /// A telephone.
    Mobile,
    /// A tablet.
    Tablet,
    /// Hidden by a proxy, or not told.
    Unknown,
}

/// The operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Windows.
    Windows,
    /// macOS.
    Macos,
    /// iOS and iPadOS.
    Ios,
    /// Android.
    Android,
    /// Linux and Chrome OS.
    Linux,
    /// Hidden by a proxy, or not told.
    Unknown,
}

const DEVICES: &[Rule<Device>] = &[
    (|agent| has(agent, &["ipad", "tablet"]), Device::Tablet),
    (|agent| agent.contains("android") && !agent.contains("mobile"), Device::Tablet),
    (|agent| has(agent, &["iphone", "mobile", "android"]), Device::Mobile),
    (|agent| has(agent, &["windows", "macintosh", "x11", "cros", "linux"]), Device::Desktop),
];

const SYSTEMS: &[Rule<System>] = &[
    (|agent| has(agent, &["iphone", "ipad", "ios"]), System::Ios),
    (|agent| agent.contains("android"), System::Android),
    (|agent| agent.contains("windows"), System::Windows),
    (|agent| has(agent, &["mac os x", "macintosh"]), System::Macos),
    (|agent| has(agent, &["linux", "x11", "cros"]), System::Linux),
];

/// The kind of device of an agent in lower case.
pub(super) fn of(lower: &str) -> Device {
    first(DEVICES, lower).unwrap_or(Device::Unknown)
}

/// The operating system of an agent in lower case.
pub(super) fn system(lower: &str) -> System {
    first(SYSTEMS, lower).unwrap_or(System::Unknown)
}

//! Time: instants, clocks of zones, schedules, and work that waits.

pub mod delivery_time;
pub mod due;
pub mod instant;
pub mod phrase;
pub mod schedule;
pub mod zone;

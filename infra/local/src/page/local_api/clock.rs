//! The clock, as it is asked for and told.

use jiff::{SignedDuration, Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// One of three ways to say how far.
#[derive(Deserialize)]
#[serde(untagged)]
enum Asked {
    Seconds(Seconds),
    By(By),
    To(To),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seconds {
    advance_seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    advance: Amount,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Amount {
    Seconds(f64),
    Duration(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    to: Timestamp,
}

/// How far the clock is to be moved. It never goes back: what is stored would then be in the future.
pub(super) fn asked(body: &[u8], now: Timestamp) -> Result<SignedDuration, String> {
    let usage = "say {\"advance_seconds\": 60}, {\"advance\": \"PT72H\"} or {\"to\": \"2026-11-26T08:00:00Z\"}";
    let by = match serde_json::from_slice(body).map_err(|_| usage)? {
        Asked::Seconds(Seconds { advance_seconds: seconds }) | Asked::By(By { advance: Amount::Seconds(seconds) }) => {
            SignedDuration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?
        }
        Asked::By(By { advance: Amount::Duration(text) }) => duration(&text, now).map_err(|error| error.to_string())?,
        Asked::To(To { to }) => to.duration_since(now),
    };
    if by.is_negative() {
        return Err("the clock only moves forward".to_owned());
    }
    now.checked_add(by).map(|_| by).map_err(|_| "too far".to_owned())
}

/// Days are days of 24 hours, as the clock is in UTC.
fn duration(text: &str, now: Timestamp) -> Result<SignedDuration, jiff::Error> {
    let span: Span = text.parse()?;
    span.to_duration(&now.to_zoned(jiff::tz::TimeZone::UTC))
}

pub(super) fn told(now: Timestamp) -> Value {
    json!({ "now": format!("{now:.3}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(body: &str) -> Result<i64, String> {
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        asked(body.as_bytes(), now).map(|by| by.as_secs())
    }

    #[test]
    fn the_clock_can_be_moved_in_three_ways_and_only_forward() {
        assert_eq!(seconds(r#"{"advance_seconds": 90}"#), Ok(90));
        assert_eq!(seconds(r#"{"advance": 90.5}"#), Ok(90));
        assert_eq!(seconds(r#"{"advance": "PT72H"}"#), Ok(72 * 3600));
        assert_eq!(seconds(r#"{"advance": "P3D"}"#), Ok(72 * 3600));
        assert_eq!(seconds(r#"{"to": "2026-11-23T08:01:00Z"}"#), Ok(60));
        for wrong in ["", "{}", r#"{"advance_seconds": -1}"#, r#"{"advance": "soon"}"#, r#"{"advance_seconds": 1e300}"#]
        {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert!(seconds(r#"{"advance_seconds": 1e12}"#).is_err());
        assert!(seconds(r#"{"to": "2026-11-23T07:59:59Z"}"#).is_err());
        assert!(seconds(r#"{"to": "2026-11-24T08:00:00Z", "advance": 1}"#).is_err());
    }
}

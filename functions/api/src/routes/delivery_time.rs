//! When a message would meet its recipient at work.

use axum::extract::{Query, State};
use domain::address::EmailAddress;
use domain::delivery_time::{NoRecommendation, Recommendation, WorkingHours, only, recommend};
use domain::instant;
use domain::record::{Record, RecordRef};
use domain::zone::{self, ZoneSource};
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::problem::{ApiError, Problem};
use crate::{App, Shared};

/// A time, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryTime {
    /// Null when no time can be recommended.
    recommended: Option<RecommendedView>,
    /// Why this time, or why none.
    reason: String,
}

/// A time on the recipient's clock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecommendedView {
    at: String,
    recipient_local: String,
    time_zone: String,
    reason: String,
}

/// A delivery time for one recipient, by address or record. With several there is none: each may be at work at another
/// time.
#[utoipa::path(get, path = "/v1/delivery-time", tag = "records",
    params(("email" = Option<String>, Query), ("record" = Option<String>, Query, description = "As `contact:c-1`")),
    responses((status = 200, body = DeliveryTime), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<axum::Json<DeliveryTime>, ApiError> {
    let recommendation = match only(&asked) {
        Err(none) => Err(none),
        Ok((name, value)) => {
            let records = records(&app, &caller, name, value).await?;
            let known = records.iter().map(Record::zone_source).map(zone::of_person).find(Result::is_ok);
            let zoned = known.or_else(|| records.first().map(|record| zone::of_person(record.zone_source())));
            let zoned = zoned.unwrap_or_else(|| zone::of_person(ZoneSource::default()));
            recommend(zoned, &WorkingHours::default(), &[], caller.now)
        }
    };
    Ok(axum::Json(recommendation.map_or_else(none, some)))
}

async fn records(app: &App, caller: &Caller, name: &str, value: &str) -> Result<Vec<Record>, ApiError> {
    match name {
        "email" => {
            let email = EmailAddress::parse(value);
            let email = email.map_err(|error| ApiError::field("/email", "invalid_address", error.to_string()))?;
            Ok(app.store.records_with(caller.org, &email).await?)
        }
        "record" => {
            let reference: Result<RecordRef, _> = value.parse();
            let reference = reference.map_err(|error| ApiError::field("/record", "invalid_id", error.to_string()))?;
            Ok(app.store.record(caller.org, &reference).await?.into_iter().collect())
        }
        _ => Err(ApiError::unprocessable("invalid_query", "expected email or record")),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_or_else asks for")]
fn none(why: NoRecommendation) -> DeliveryTime {
    DeliveryTime { recommended: None, reason: why.to_string() }
}

fn some(recommendation: Recommendation) -> DeliveryTime {
    let Recommendation { at, recipient_local, time_zone, reason } = recommendation;
    let recipient_local = recipient_local.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let view = RecommendedView { at: instant::format(at), recipient_local, time_zone, reason: reason.clone() };
    DeliveryTime { recommended: Some(view), reason }
}

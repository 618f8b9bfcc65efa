//! When a message would meet its recipient at work.

use axum::Json;
use axum::extract::State;
use desk::records::delivery_time::DeliveryTimeFor;
use domain::time::delivery_time::{NoRecommendation, Recommendation, only};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::Shared;
use crate::http::caller::Caller;
use crate::http::page::Query;
use crate::http::problem::{ApiError, HttpCode, ListRefusals};
use crate::http::schema::Instant;

/// The person for whom a time is asked: by address or by record.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the shape of the query for the document")]
pub(crate) struct DeliveryTimeQuery {
    /// One address, without a name.
    #[param(format = Email)]
    email: Option<String>,
    /// A record, as `contact:c-1`.
    #[param(example = "contact:c-1")]
    record: Option<String>,
}

/// A time, or the reason why there is none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryTime)]
pub(crate) struct DeliveryTimeView {
    /// Null when no time can be recommended.
    recommended: Option<RecommendedView>,
    /// Why this time, or why none.
    reason: String,
}

/// A time on the recipient's clock.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recommended)]
pub(crate) struct RecommendedView {
    at: Instant,
    #[schema(example = "2026-11-24T08:00:00")]
    recipient_local: String,
    /// An IANA name.
    time_zone: String,
    reason: String,
}

impl From<Recommendation> for DeliveryTimeView {
    fn from(recommendation: Recommendation) -> Self {
        let Recommendation { at, recipient_local, time_zone, reason } = recommendation;
        let recipient_local = recipient_local.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let recommended = RecommendedView { at: at.into(), recipient_local, time_zone, reason: reason.clone() };
        Self { recommended: Some(recommended), reason }
    }
}

impl From<NoRecommendation> for DeliveryTimeView {
    fn from(none: NoRecommendation) -> Self {
        Self { recommended: None, reason: none.to_string() }
    }
}

/// A delivery time for one recipient, by address or record. With several there is none: each may be at work at another
/// time.
#[utoipa::path(
    get,
    path = "/v1/delivery-time",
    operation_id = "delivery_time_get",
    tag = "records",
    params(DeliveryTimeQuery),
    responses((status = 200, description = "The time, or the reason why there is none", body = DeliveryTimeView), ListRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<DeliveryTimeView>, ApiError> {
    let mut people = Vec::new();
    for (name, value) in query {
        people.push(match name.as_str() {
            "email" => DeliveryTimeFor::Email(value),
            "record" => DeliveryTimeFor::Record(value),
            _ => return Err(ApiError::parameter(&name, HttpCode::InvalidQuery, "expected `email` or `record`")),
        });
    }
    let person = match only(&people) {
        Ok(person) => person,
        Err(none) => return Ok(Json(none.into())),
    };
    let recommendation = app.desk.delivery_time(&actor, person).await?;
    Ok(Json(recommendation.map_or_else(DeliveryTimeView::from, DeliveryTimeView::from)))
}

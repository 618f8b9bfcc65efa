//! When a message would meet its recipient at work.

use axum::extract::{Query, State};
use domain::ground::id::MessageId;
use domain::people::address::EmailAddress;
use domain::people::record::{Record, RecordRef};
use domain::signs::engagement::{FoldContext, fold};
use domain::time::delivery_time::{NoRecommendation, Recommendation, only, recommend};
use domain::time::instant;
use domain::time::zone::{self, ZoneSource};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::problem::{ApiError, Problem};
use crate::{App, Shared};

/// How many of a person's newest activities are looked through for opens.
const EXAMINED: usize = 25;
/// How many mails are read at once.
const AT_ONCE: usize = 8;

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
            let opens = match records.first() {
                Some(record) => opens(&app, &caller, record).await?,
                None => Vec::new(),
            };
            recommend(zoned, &app.store.settings(caller.org).await?.working_hours, &opens, caller.now)
        }
    };
    Ok(axum::Json(recommendation.map_or_else(none, some)))
}

/// When this person opened the newest mails on record.
async fn opens(app: &App, caller: &Caller, record: &Record) -> Result<Vec<Timestamp>, ApiError> {
    let activities = app.store.activities(caller.org, &record.reference, None, EXAMINED).await?;
    let mails: Vec<MessageId> = activities.iter().filter_map(|activity| activity.message).collect();
    let opens = mails.into_iter().map(|id| opens_of(app, caller, record, id));
    stream::iter(opens.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_concat().await
}

/// When this person opened one mail.
async fn opens_of(app: &App, caller: &Caller, record: &Record, id: MessageId) -> Result<Vec<Timestamp>, ApiError> {
    let stored = app.store.message_for_list(id).await?;
    let Some(stored) = stored.filter(|stored| stored.message.org == caller.org && stored.message.tracked) else {
        return Ok(Vec::new());
    };
    let is_person = |recipient: u16| {
        let recipient = stored.message.recipients.get(usize::from(recipient));
        recipient.is_some_and(|recipient| recipient.record.as_ref() == Some(&record.reference))
    };
    let engagement = fold(app.store.hits(id).await?, &FoldContext::of(&stored.message, &stored.copies));
    let opened =
        engagement.judged.iter().filter(|judged| judged.is_open_by_person() && is_person(judged.hit.recipient));
    Ok(opened.map(|judged| judged.hit.at).collect())
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

//! The wiring: which function stands on which route, queue and timer, as `template.yaml` says it for AWS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws::blobs::Blobs;
use aws::clients::Aws;
use aws::edge::{Hits, Links};
use aws::ids::Ids;
use aws::mailer::Mailer;
use aws::queue::Queue;
use aws::store::Store;
use aws_credential_types::Credentials;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::Desk;
use domain::ground::keyring::KeyRing;
use domain::ground::token::TokenSigner;
use domain::team::rate::RequestRate;
use http_body::Body;
use http_body_util::BodyExt;
use jiff::SignedDuration;
use lambda_http::request::LambdaRequest;
use serde::Serialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::cloud::Cloud;
use crate::cloud::account::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
use crate::cloud::connector::Connector;
use crate::cloud::inbound::ReceiptRule;
use crate::cloud::sqs::{self, Sqs};
use crate::cloud::wire::Refusal;
use crate::front::function::{Function, function};
use crate::front::gateway::{Gateway, Route};
use crate::front::mapping::{Mapping, Mappings};
use crate::front::timer::Timers;
use crate::page::mailbox::reply;

/// The name of the table.
pub const TABLE: &str = "telltale";
/// The name of the bucket.
pub const BUCKET: &str = "telltale";
/// The queue of hits.
pub const EVENTS: &str = "events";
/// The queue of send tasks.
pub const SENDS: &str = "sends";
/// The queue of what the mail service tells.
pub const FEEDBACK: &str = "feedback";
/// The queue of mail that came in.
pub const INBOUND: &str = "inbound";
/// A queue and its consumer. A test compares all of them with `template.yaml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueSpec {
    /// The name of the queue.
    pub name: &'static str,
    /// How long a message is hidden once it was received, in seconds.
    pub visibility_seconds: i64,
    /// How often a message is received before it is a dead letter.
    pub receives: u32,
    /// How many messages the consumer gets at once.
    pub batch: usize,
}

/// The queues.
pub const QUEUES: [QueueSpec; 4] = [
    QueueSpec { name: EVENTS, visibility_seconds: 180, receives: 5, batch: 100 },
    QueueSpec { name: SENDS, visibility_seconds: 180, receives: 5, batch: 1 },
    QueueSpec { name: FEEDBACK, visibility_seconds: 180, receives: 5, batch: 10 },
    QueueSpec { name: INBOUND, visibility_seconds: 360, receives: 5, batch: 1 },
];

/// The public routes: method, path, and the function behind it. A test compares all of them with `template.yaml`.
pub const ROUTES: [(&str, &str, &str); 9] = [
    ("ANY", "/v1/{proxy+}", "api"),
    ("GET", "/o/{token}", "pixel"),
    ("HEAD", "/o/{token}", "pixel"),
    ("GET", "/c/{token}", "redirect"),
    ("HEAD", "/c/{token}", "redirect"),
    ("GET", "/a/{token}", "download"),
    ("HEAD", "/a/{token}", "download"),
    ("GET", "/i/{token}", "image"),
    ("HEAD", "/i/{token}", "image"),
];

/// The functions that run every minute.
pub const EVERY_MINUTE: [&str; 2] = ["scheduler", "reminder"];

/// The domain whose mail comes in. On one machine it needs no DNS.
pub const INBOUND_DOMAIN: &str = "replies.example.com";
/// The SES configuration set.
pub const CONFIGURATION_SET: &str = "telltale";

/// What differs from one installation to another.
#[derive(Clone)]
pub struct Setup {
    /// Where services answer; presigned addresses of files begin with it.
    pub aws_url: String,
    /// Where recipients reach the tracking endpoints.
    pub tracking_url: String,
    /// Signs tokens and cursors.
    pub keys: KeyRing,
    /// How many requests a minute each API key may make.
    pub requests_per_minute: u32,
    /// Makes ids and secrets.
    pub ids: Ids,
}

/// All functions of Telltale, joined to a cloud.
#[derive(Clone)]
pub struct Telltale {
    /// The cloud.
    pub cloud: Cloud,
    /// Its public door.
    pub gateway: Gateway,
    /// Its queues' consumers.
    pub mappings: Mappings,
    /// What runs every minute.
    pub timers: Timers,
    /// Administration, which has no public route.
    pub admin: Function,
}

/// The parts of which functions are made.
pub struct Parts {
    aws: Aws,
    setup: Setup,
    cloud: Cloud,
}

/// A function whose events and answers are JSON.
macro_rules! json_function {
    ($app:expr, $handle:path) => {{
        let app = Arc::new($app);
        function(move |event| {
            let app = Arc::clone(&app);
            async move {
                let event = serde_json::from_value(event).map_err(|error| error.to_string())?;
                serde_json::to_value($handle(&app, event).await).map_err(|error| error.to_string())
            }
        })
    }};
}

impl Telltale {
    /// Makes table, queues and bucket where they are missing, and joins every function to `cloud`.
    ///
    /// # Errors
    /// When a resource cannot be made.
    pub fn new(cloud: &Cloud, setup: &Setup) -> Result<Self, Refusal> {
        let parts = Parts::new(cloud, setup);
        Self::with_sender(&parts, parts.sender())
    }

    /// The same with a sender of one's own, for tests that break it.
    ///
    /// # Errors
    /// When a resource cannot be made.
    pub fn with_sender(parts: &Parts, sender: sender::App) -> Result<Self, Refusal> {
        provision(&parts.cloud)?;
        parts.cloud.on_accepted(reply::out_of_office);
        let cloud = &parts.cloud;
        let behind = BTreeMap::from([
            ("api", http_api(parts.api())),
            ("pixel", json_function!(parts.pixel(), pixel::handle)),
            ("redirect", json_function!(parts.redirect(), redirect::handle)),
            ("download", json_function!(parts.download(), download::handle)),
            ("image", json_function!(parts.image(), image::handle)),
        ]);
        let route =
            |(method, path, name): (&'static str, &'static str, &str)| Route::new(method, path, behind[name].clone());
        let routes = ROUTES.into_iter().map(route).collect();

        let recorder = json_function!(parts.recorder(), recorder::handle);
        let sender = json_function!(sender, sender::handle);
        let scheduler = json_function!(parts.scheduler(), scheduler::handle);
        let reminder = json_function!(parts.reminder(), reminder::handle);
        let feedback = json_function!(parts.feedback(), feedback::handle);
        let inbound = json_function!(parts.inbound(), inbound::handle);
        cloud.ses.publish_to(&cloud.sqs, FEEDBACK);
        let consumers = [recorder, sender, feedback, inbound];
        let consume = |(queue, consumer): (QueueSpec, Function)| Mapping::new(queue.name, queue.batch, consumer);
        let mappings = QUEUES.into_iter().zip(consumers).map(consume).collect();
        Ok(Self {
            cloud: cloud.clone(),
            gateway: Gateway::new(cloud, routes),
            mappings: Mappings::new(cloud, mappings),
            timers: Timers::new(cloud, EVERY_MINUTE.into_iter().zip([scheduler, reminder]).collect()),
            admin: json_function!(parts.admin(), admin::handle),
        })
    }
}

impl Parts {
    /// What functions on `cloud` are made of.
    pub fn new(cloud: &Cloud, setup: &Setup) -> Self {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "local");
        let aws = Aws::new(Connector::new(cloud).shared(), REGION.to_owned(), credentials, Some(setup.aws_url.clone()));
        Self { aws, setup: setup.clone(), cloud: cloud.clone() }
    }

    /// The table.
    pub fn store(&self) -> Store {
        Store::new(self.aws.dynamodb(), TABLE.to_owned(), self.setup.ids.clone())
    }

    fn blobs(&self) -> Blobs {
        Blobs::new(self.aws.s3(), BUCKET.to_owned())
    }

    fn queue<T: Serialize>(&self, name: &str) -> Queue<T> {
        Queue::new(self.aws.sqs(), Sqs::url(&self.setup.aws_url, name))
    }

    fn hits(&self) -> Hits {
        Hits::new(self.aws.direct("sqs"), Sqs::url(&self.setup.aws_url, EVENTS))
    }

    fn links(&self) -> Links {
        Links::new(self.aws.direct("dynamodb"), TABLE.to_owned())
    }

    fn signer(&self) -> TokenSigner {
        TokenSigner::new(&self.setup.keys)
    }

    fn api(&self) -> api::App {
        let desk = Desk {
            store: self.store(),
            blobs: self.blobs(),
            sends: self.queue(SENDS),
            inbound_domain: Some(INBOUND_DOMAIN.to_owned()),
            ids: self.setup.ids.clone(),
        };
        let rate = Mutex::new(RequestRate::new(self.setup.requests_per_minute));
        api::App { desk, keys: self.setup.keys.clone(), rate, clock: self.cloud.clock.clone() }
    }

    fn pixel(&self) -> pixel::App {
        pixel::App { signer: self.signer(), events: self.hits() }
    }

    /// The redirect as it is deployed.
    pub fn redirect(&self) -> redirect::App {
        redirect::App { signer: self.signer(), events: self.hits(), links: self.links() }
    }

    fn download(&self) -> download::App {
        let (signer, events, clock) = (self.signer(), self.hits(), self.cloud.clock.clone());
        download::App { signer, events, store: self.store(), blobs: self.blobs(), clock }
    }

    fn image(&self) -> image::App {
        image::App { signer: self.signer(), events: self.hits(), blobs: self.blobs() }
    }

    fn recorder(&self) -> recorder::App {
        recorder::App { store: self.store() }
    }

    /// The sender as it is deployed.
    pub fn sender(&self) -> sender::App {
        sender::App {
            store: self.store(),
            blobs: self.blobs(),
            mailer: Mailer::new(self.aws.ses(), Some(CONFIGURATION_SET.to_owned())),
            sends: self.queue(SENDS),
            signer: self.signer(),
            tracking_url: self.setup.tracking_url.clone(),
            inbound_domain: Some(INBOUND_DOMAIN.to_owned()),
            clock: self.cloud.clock.clone(),
            ids: self.setup.ids.clone(),
        }
    }

    /// The clients of services, for tests that want another one.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    fn scheduler(&self) -> scheduler::App {
        scheduler::App { store: self.store(), sends: self.queue(SENDS), clock: self.cloud.clock.clone() }
    }

    fn reminder(&self) -> reminder::App {
        reminder::App { store: self.store(), blobs: self.blobs(), clock: self.cloud.clock.clone() }
    }

    fn feedback(&self) -> feedback::App {
        feedback::App { store: self.store(), clock: self.cloud.clock.clone() }
    }

    fn inbound(&self) -> inbound::App {
        inbound::App {
            store: self.store(),
            blobs: self.blobs(),
            events: self.queue(EVENTS),
            feedback: self.queue(FEEDBACK),
            sends: self.queue(SENDS),
            signer: self.signer(),
            inbound_domain: Some(INBOUND_DOMAIN.to_owned()),
        }
    }

    fn admin(&self) -> admin::App {
        admin::App { store: self.store(), ids: self.setup.ids.clone(), clock: self.cloud.clock.clone() }
    }
}

/// Makes what the functions need, where it is missing.
fn provision(cloud: &Cloud) -> Result<(), Refusal> {
    match cloud.dynamodb.create_table(&table()) {
        Err(refusal) if refusal.code.contains("ResourceInUse") => {}
        made => made?,
    }
    for QueueSpec { name, visibility_seconds, receives, .. } in QUEUES {
        let dead_letters = format!("{name}-dead");
        let visibility = SignedDuration::from_secs(visibility_seconds);
        cloud.sqs.create_queue(&sqs::Queue::new(&dead_letters, visibility))?;
        let queue = sqs::Queue::new(name, visibility);
        cloud.sqs.create_queue(&queue.with_dead_letters(&dead_letters, receives))?;
    }
    cloud.set_receipt_rule(ReceiptRule { bucket: BUCKET.to_owned(), queue: INBOUND.to_owned() });
    cloud.s3.create_bucket(BUCKET)
}

/// The table, as `template.yaml` defines it.
fn table() -> Value {
    let attribute = |name| json!({ "AttributeName": name, "AttributeType": "S" });
    let keys = |hash, range| json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }]);
    json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": (["pk", "sk", "owner_pk", "owner_sk"].map(attribute)),
        "KeySchema": keys("pk", "sk"),
        "GlobalSecondaryIndexes": [{
            "IndexName": "owner",
            "KeySchema": keys("owner_pk", "owner_sk"),
            "Projection": { "ProjectionType": "KEYS_ONLY" },
        }],
    })
}

/// The API, whose router takes requests as `lambda_http` reads them from the gateway's event.
fn http_api(app: api::App) -> Function {
    let router = api::router(app);
    function(move |event| {
        let router = router.clone();
        async move {
            let event: LambdaRequest = serde_json::from_value(event).map_err(|error| error.to_string())?;
            let answer = router.oneshot(lambda_http::Request::from(event)).await;
            gateway_answer(answer.map_err(|error| error.to_string())?).await
        }
    })
}

async fn gateway_answer(answer: http::Response<impl Body<Error: std::fmt::Display>>) -> Result<Value, String> {
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    let headers =
        head.headers.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap_or_default())));
    Ok(json!({
        "statusCode": head.status.as_u16(),
        "headers": headers.collect::<serde_json::Map<_, _>>(),
        "body": STANDARD.encode(body),
        "isBase64Encoded": true,
    }))
}

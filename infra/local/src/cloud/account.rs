//! The only account, and the region that it lies in.

/// The account's access key id. Only S3 checks it, as presigned URLs leave the house.
pub const ACCESS_KEY_ID: &str = "local";
/// The secret that belongs to [`ACCESS_KEY_ID`].
pub const SECRET_ACCESS_KEY: &str = "local-secret";
/// The region that ARNs name.
pub const REGION: &str = "eu-central-1";
/// The account that ARNs and queue URLs name.
pub const ACCOUNT: &str = "000000000000";

-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE identities_by_key (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    citizen BLOB NOT NULL,
    sealed_id BLOB NOT NULL,
    follows INTEGER NULL,
    followed_at TEXT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, citizen)
) STRICT, WITHOUT ROWID;
INSERT INTO identities_by_key (tenant, account, citizen, sealed_id, follows, followed_at, seen_at) SELECT tenant, account, citizen, sealed_id, follows, followed_at, seen_at FROM identities;
DROP TABLE identities;
ALTER TABLE identities_by_key RENAME TO identities;

-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE social_accounts_by_key (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    citizen BLOB NOT NULL,
    sealed BLOB NOT NULL,
    looked_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, citizen)
) STRICT, WITHOUT ROWID;
INSERT INTO social_accounts_by_key (tenant, account, citizen, sealed, looked_at) SELECT tenant, account, citizen, sealed, looked_at FROM social_accounts;
DROP TABLE social_accounts;
ALTER TABLE social_accounts_by_key RENAME TO social_accounts;

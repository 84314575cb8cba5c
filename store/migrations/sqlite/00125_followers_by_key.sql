-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE followers_by_key (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    citizen BLOB NOT NULL,
    follows INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, citizen)
) STRICT, WITHOUT ROWID;
INSERT INTO followers_by_key (tenant, account, citizen, follows, changed_at) SELECT tenant, account, citizen, follows, changed_at FROM followers;
DROP TABLE followers;
ALTER TABLE followers_by_key RENAME TO followers;

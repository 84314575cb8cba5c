-- +goose Up
CREATE TABLE IF NOT EXISTS social_tokens (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    token BLOB NOT NULL,
    issued_at TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, token, noted_at)
) STRICT, WITHOUT ROWID;

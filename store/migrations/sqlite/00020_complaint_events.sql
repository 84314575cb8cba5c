-- +goose Up
CREATE TABLE IF NOT EXISTS complaint_events (
    tenant TEXT NOT NULL,
    complaint BLOB NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    by_name TEXT NOT NULL,
    on_time INTEGER NULL,
    satisfied INTEGER NULL,
    PRIMARY KEY (tenant, complaint, seq)
) STRICT, WITHOUT ROWID;

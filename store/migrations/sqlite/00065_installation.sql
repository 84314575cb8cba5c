-- +goose Up
CREATE TABLE IF NOT EXISTS installation (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

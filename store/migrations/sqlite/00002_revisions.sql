-- +goose Up
CREATE TABLE IF NOT EXISTS revisions (
    tenant TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (tenant)
) STRICT, WITHOUT ROWID;

-- +goose Up
CREATE TABLE IF NOT EXISTS job_runs (
    job TEXT NOT NULL,
    due_at TEXT NOT NULL,
    holder BLOB NOT NULL,
    until_at TEXT NOT NULL,
    done_at TEXT NULL,
    PRIMARY KEY (job, due_at)
) STRICT, WITHOUT ROWID;

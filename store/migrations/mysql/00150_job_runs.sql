-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS job_runs (
    job VARCHAR(64) NOT NULL,
    due_at DATETIME(3) NOT NULL,
    holder VARBINARY(16) NOT NULL,
    until_at DATETIME(3) NOT NULL,
    done_at DATETIME(3) NULL,
    PRIMARY KEY (job, due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

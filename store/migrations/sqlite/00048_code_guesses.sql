-- +goose Up
CREATE TABLE IF NOT EXISTS code_guesses (
    tenant TEXT NOT NULL,
    citizen BLOB NOT NULL,
    day TEXT NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (tenant, citizen, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS code_guesses_by_day ON code_guesses (day);

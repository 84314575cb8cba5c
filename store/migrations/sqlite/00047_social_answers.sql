-- +goose Up
CREATE TABLE IF NOT EXISTS social_answers (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    author BLOB NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    item BLOB NOT NULL,
    PRIMARY KEY (tenant, account, author, day, kind)
) STRICT;

CREATE INDEX IF NOT EXISTS social_answers_day ON social_answers (day);

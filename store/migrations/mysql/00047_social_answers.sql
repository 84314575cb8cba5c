-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_answers (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    author VARBINARY(16) NOT NULL,
    day VARCHAR(8) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    item VARBINARY(16) NOT NULL,
    PRIMARY KEY (tenant, account, author, day, kind),
    KEY social_answers_day (day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS code_guesses (
    tenant VARCHAR(64) NOT NULL,
    citizen VARBINARY(16) NOT NULL,
    day VARCHAR(8) NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (tenant, citizen, day),
    KEY code_guesses_by_day (day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

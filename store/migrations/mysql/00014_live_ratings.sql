-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS live_ratings (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    channel VARCHAR(16) NOT NULL,
    unit VARCHAR(16) NOT NULL,
    person VARBINARY(16) NOT NULL,
    rating VARBINARY(16) NOT NULL,
    answers VARCHAR(6) NOT NULL,
    PRIMARY KEY (tenant, campaign, channel, unit, person)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

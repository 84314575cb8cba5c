-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS rating_provenances (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    rating VARBINARY(16) NOT NULL,
    provenance VARCHAR(16) NOT NULL,
    PRIMARY KEY (tenant, campaign, rating)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

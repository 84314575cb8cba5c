-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS public_ratings (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    rating VARBINARY(16) NOT NULL,
    item VARBINARY(16) NOT NULL,
    PRIMARY KEY (tenant, campaign, rating),
    UNIQUE KEY public_ratings_item (tenant, item)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

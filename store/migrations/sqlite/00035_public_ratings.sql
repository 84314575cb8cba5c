-- +goose Up
CREATE TABLE IF NOT EXISTS public_ratings (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    rating BLOB NOT NULL,
    item BLOB NOT NULL,
    PRIMARY KEY (tenant, campaign, rating)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS public_ratings_item ON public_ratings (tenant, item);

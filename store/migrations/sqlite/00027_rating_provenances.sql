-- +goose Up
CREATE TABLE IF NOT EXISTS rating_provenances (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    rating BLOB NOT NULL,
    provenance TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, rating)
) STRICT, WITHOUT ROWID;

-- +goose Up
CREATE TABLE IF NOT EXISTS public_seals (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign)
) STRICT, WITHOUT ROWID;

-- +goose Up
CREATE TABLE IF NOT EXISTS social_budgets (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    day TEXT NOT NULL,
    pool TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (tenant, account, day, pool)
) STRICT, WITHOUT ROWID;

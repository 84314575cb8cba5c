-- +goose Up
CREATE TABLE IF NOT EXISTS social_items (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    item BLOB NOT NULL,
    kind TEXT NOT NULL,
    feed TEXT NOT NULL,
    author BLOB NOT NULL,
    sealed BLOB NOT NULL,
    platform_at TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    seen_round INTEGER NOT NULL,
    done INTEGER NOT NULL,
    PRIMARY KEY (tenant, account, item)
) STRICT;
CREATE INDEX IF NOT EXISTS social_items_open ON social_items (tenant, account, done, platform_at);
CREATE INDEX IF NOT EXISTS social_items_feed ON social_items (tenant, account, feed, platform_at);

-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE social_items_by_key (
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
) STRICT, WITHOUT ROWID;
INSERT INTO social_items_by_key (tenant, account, item, kind, feed, author, sealed, platform_at, fetched_at, seen_round, done) SELECT tenant, account, item, kind, feed, author, sealed, platform_at, fetched_at, seen_round, done FROM social_items;
DROP TABLE social_items;
ALTER TABLE social_items_by_key RENAME TO social_items;
CREATE INDEX social_items_open ON social_items (tenant, account, done, platform_at);
CREATE INDEX social_items_feed ON social_items (tenant, account, feed, platform_at);

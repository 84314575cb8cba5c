-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_items (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    item VARBINARY(16) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    feed VARCHAR(32) NOT NULL,
    author VARBINARY(16) NOT NULL,
    sealed MEDIUMBLOB NOT NULL,
    platform_at DATETIME(3) NOT NULL,
    fetched_at DATETIME(3) NOT NULL,
    seen_round BIGINT NOT NULL,
    done BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, item),
    KEY social_items_open (tenant, account, done, platform_at),
    KEY social_items_feed (tenant, account, feed, platform_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

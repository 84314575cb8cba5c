-- +goose Up
CREATE TABLE IF NOT EXISTS campaign_channels (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    channel TEXT NOT NULL,
    seq INTEGER NOT NULL,
    full_marks TEXT NOT NULL,
    method TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, channel)
) STRICT, WITHOUT ROWID;

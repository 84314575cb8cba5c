-- +goose Up
CREATE TABLE IF NOT EXISTS live_ratings (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    channel TEXT NOT NULL,
    unit TEXT NOT NULL,
    person BLOB NOT NULL,
    rating BLOB NOT NULL,
    answers TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, channel, unit, person)
) STRICT, WITHOUT ROWID;

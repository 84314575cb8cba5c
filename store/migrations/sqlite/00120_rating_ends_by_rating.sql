-- +goose Up
CREATE INDEX IF NOT EXISTS rating_ends_by_rating ON rating_ends (tenant, campaign, by_rating);

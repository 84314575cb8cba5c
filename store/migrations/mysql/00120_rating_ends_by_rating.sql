-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX rating_ends_by_rating ON rating_ends (tenant, campaign, by_rating);

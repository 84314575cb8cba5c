-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE social_retractions ADD COLUMN proof VARBINARY(32) NULL;

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE rating_exclusions ADD COLUMN proof VARBINARY(32) NULL;

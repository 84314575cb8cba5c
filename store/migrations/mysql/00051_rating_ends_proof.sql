-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE rating_ends ADD COLUMN proof VARBINARY(32) NULL;

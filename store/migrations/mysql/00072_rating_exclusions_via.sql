-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE rating_exclusions ADD COLUMN via VARCHAR(128) NULL;

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE poll_results ADD COLUMN via VARCHAR(128) NULL;

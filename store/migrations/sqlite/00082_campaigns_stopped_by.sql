-- +goose Up
ALTER TABLE campaigns ADD COLUMN stopped_by TEXT NULL;

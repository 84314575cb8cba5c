-- +goose Up
ALTER TABLE campaigns ADD COLUMN stopped_via TEXT NULL;

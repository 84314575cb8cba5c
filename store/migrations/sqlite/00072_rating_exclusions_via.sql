-- +goose Up
ALTER TABLE rating_exclusions ADD COLUMN via TEXT NULL;

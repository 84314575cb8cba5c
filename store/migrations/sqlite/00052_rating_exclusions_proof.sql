-- +goose Up
ALTER TABLE rating_exclusions ADD COLUMN proof BLOB NULL;

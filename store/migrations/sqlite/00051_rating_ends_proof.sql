-- +goose Up
ALTER TABLE rating_ends ADD COLUMN proof BLOB NULL;

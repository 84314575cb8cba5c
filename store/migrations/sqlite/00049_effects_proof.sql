-- +goose Up
ALTER TABLE effects ADD COLUMN proof BLOB NULL;

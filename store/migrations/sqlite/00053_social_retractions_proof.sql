-- +goose Up
ALTER TABLE social_retractions ADD COLUMN proof BLOB NULL;

-- +goose Up
ALTER TABLE complaint_events ADD COLUMN proof BLOB NULL;

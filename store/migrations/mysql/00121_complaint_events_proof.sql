-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE complaint_events ADD COLUMN proof VARBINARY(32) NULL;

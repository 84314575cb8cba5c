-- +goose Up
ALTER TABLE tenants ADD COLUMN complaints TEXT NOT NULL DEFAULT '';

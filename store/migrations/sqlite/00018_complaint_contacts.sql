-- +goose Up
CREATE TABLE IF NOT EXISTS complaint_contacts (
    tenant TEXT NOT NULL,
    complaint BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, complaint)
) STRICT;

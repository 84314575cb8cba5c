package main

import (
	"context"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/service/campaign"
)

// campaignList lists campaigns for the API.
type campaignList struct{ *opened }

// Campaigns implements web.Campaigns.
func (c campaignList) Campaigns(ctx context.Context, tenant string, scope models.Scope, after string, limit int) ([]campaign.Listed, error) {
	view, err := c.known().Of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return view.List(scope, after, limit, c.now()), nil
}

// complaintList lists complaints for the API.
type complaintList struct{ db *database }

// Complaints implements web.Complaints.
func (c complaintList) Complaints(ctx context.Context, tenant string, scope models.Scope, at time.Time, id models.ID, limit int) ([]complaints.Record, error) {
	return c.db.Complaints(ctx, tenant, scope, models.After{At: at, ID: id}, limit)
}

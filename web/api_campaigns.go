package web

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pingyi/models"
)

type listCampaigns struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many at most."`
	Cursor string `query:"cursor" maxLength:"200" doc:"The next of the page before; without it the first page."`
}

type campaignPage struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Campaigns []campaignView `json:"campaigns" nullable:"false"`
		Next      *string        `json:"next" doc:"Cursor of the next page, null at the end."`
	}
}

type campaignView struct {
	ID         string           `json:"id" example:"2017"`
	Title      string           `json:"title" example:"2017年度政风行风评议"`
	Phase      models.Phase     `json:"phase" enum:"draft,publicity,rating,closed,settled,published"`
	RatingFrom time.Time        `json:"rating_from" doc:"Ratings count from here on."`
	RatingTo   time.Time        `json:"rating_to" doc:"The close: ratings count before it."`
	Channels   []models.Channel `json:"channels" nullable:"false" doc:"The channels that are collected here." example:"[\"mobile\"]"`
}

func (s *Server) routeCampaigns(api huma.API) {
	register(s, api, huma.Operation{
		OperationID: "list-campaigns",
		Path:        apiRoot + "/campaigns",
		Summary:     "List campaigns",
		Description: "The tenant's campaigns, by descending id.",
		Tags:        []string{"campaigns"},
	}, models.Roles(), s.listCampaigns)
}

func (s *Server) listCampaigns(ctx context.Context, who Principal, in *listCampaigns) (*campaignPage, error) {
	after, err := parseCampaignCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := s.opts.Campaigns.Campaigns(ctx, who.Tenant, who.Scope, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, in.Limit, campaignCursor)
	out := &campaignPage{CacheControl: "private, no-store"}
	out.Body.Next = next
	out.Body.Campaigns = make([]campaignView, 0, len(rows))
	for _, c := range rows {
		channels := c.Channels
		if channels == nil {
			channels = []models.Channel{}
		}
		out.Body.Campaigns = append(out.Body.Campaigns, campaignView{
			ID: c.ID, Title: c.Title, Phase: c.Phase, RatingFrom: wireTime(c.From), RatingTo: wireTime(c.To), Channels: channels,
		})
	}
	return out, nil
}

// wireTime is a time as the API shows it: UTC, whole seconds.
func wireTime(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

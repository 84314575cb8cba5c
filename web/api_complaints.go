package web

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pingyi/complaints"
	"pingyi/models"
)

type listComplaints struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
	Cursor string `query:"cursor" maxLength:"64" doc:"The next of the page before; without it the first page."`
}

type complaintPage struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Complaints []complaintView `json:"complaints" nullable:"false"`
		Next       *string         `json:"next" doc:"Cursor of the next page, null at the end."`
	}
}

type complaintView struct {
	ID         string           `json:"id" doc:"Stable, hexadecimal."`
	No         string           `json:"no" doc:"The number that the citizen has (登记编号)." example:"20261122-0007"`
	Unit       string           `json:"unit" doc:"Code of the unit, empty where the citizen was not sure." example:"A03"`
	Kind       string           `json:"kind" enum:"attitude,delay,charges,unlawful,integrity,other"`
	Channel    models.Channel   `json:"channel" enum:"mobile,social"`
	State      complaints.State `json:"state" enum:"received,accepted,refused,assigned,handling,answered,revisited,closed,reopened"`
	ReceivedAt time.Time        `json:"received_at" doc:"The full hour at or before its receipt; the record has no finer time."`
	Since      time.Time        `json:"since" doc:"The full hour at or before which it came into this state."`
}

func (s *Server) routeComplaints(api huma.API) {
	register(s, api, huma.Operation{
		OperationID: "list-complaints",
		Path:        apiRoot + "/complaints",
		Summary:     "List complaints",
		Description: "The tenant's complaints, the last received first: which unit, kind, state and times. " +
			"What a citizen wrote and who they are is not to be had here.",
		Tags: []string{"complaints"},
	}, []models.Role{models.RoleOffice, models.RoleAuditor}, s.listComplaints)
}

func (s *Server) listComplaints(ctx context.Context, who Principal, in *listComplaints) (*complaintPage, error) {
	at, id, err := parsePlaceCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := s.opts.Complaints.Complaints(ctx, who.Tenant, who.Scope, at, id, in.Limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, in.Limit, complaintCursor)
	out := &complaintPage{CacheControl: "private, no-store"}
	out.Body.Next = next
	out.Body.Complaints = make([]complaintView, 0, len(rows))
	for _, r := range rows {
		out.Body.Complaints = append(out.Body.Complaints, complaintView{
			ID: r.ID.String(), No: r.No, Unit: r.Unit, Kind: r.Kind, Channel: r.Channel, State: r.State,
			ReceivedAt: wireTime(r.At), Since: wireTime(r.Since),
		})
	}
	return out, nil
}

package web

import (
	"context"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/service/campaign"
	"pingyi/service/keys"
	"pingyi/social"
)

// Principal is whom an API key stands for.
type Principal = keys.Principal

// Keys knows the API keys.
type Keys interface {
	// Authenticate finds the key's principal. An unknown, revoked or malformed
	// key is a models.Error of kind Unauthorised.
	Authenticate(ctx context.Context, key string) (Principal, error)
	// Known reports, without a look-up, whether a key was right when it was last
	// looked at, by Authenticate or by Refresh.
	Known(key string) bool
	// Refresh looks which keys are in force, at most once a second however many ask.
	Refresh(ctx context.Context) error
}

// Campaigns lists a tenant's campaigns.
type Campaigns interface {
	// Campaigns is at most limit campaigns in the scope by descending id, from the
	// first one that sorts after the id after; "" is the start.
	Campaigns(ctx context.Context, tenant string, scope models.Scope, after string, limit int) ([]campaign.Listed, error)
}

// Scores computes channel scores.
type Scores interface {
	// Scores is the present score of every unit of a campaign on a channel, and
	// the phase that the campaign is in. An unknown campaign is a models.Error
	// unknown_campaign, a channel that the campaign does not have unknown_channel,
	// both of kind NotFound.
	Scores(ctx context.Context, tenant, campaign string, channel models.Channel) (scoring.Scores, models.Phase, error)
}

// Complaints lists a tenant's complaints.
type Complaints interface {
	// Complaints is at most limit complaints in the scope, the last received first, among
	// those received at the same time by descending id. It starts behind the row
	// received at (whole microseconds) with this id; a zero id is the start.
	Complaints(ctx context.Context, tenant string, scope models.Scope, at time.Time, id models.ID, limit int) ([]complaints.Record, error)
}

// Social shows the office the public side of a tenant's Weibo account. Of a
// tenant without one every method is a models.Error no_weibo_account of kind
// NotFound.
type Social interface {
	// Status is how the account's day stands.
	Status(ctx context.Context, tenant string) (social.AccountStatus, error)
	// Texts is at most limit texts in the scope that did not count, the oldest first, behind
	// the one written at (whole microseconds) with this id; a zero id is the
	// start. An empty reason is every reason; one that there is not is a
	// models.Error bad_reason of kind Invalid.
	Texts(ctx context.Context, tenant string, scope models.Scope, reason social.Reason, at time.Time, id models.ID, limit int) ([]social.ListedText, error)
	// Figures are those of a campaign's social channel, and the phase that it is
	// in. Errors are those of Scores.
	Figures(ctx context.Context, tenant, campaign string) (social.Figures, models.Phase, error)
}

// Polls keeps the results of polls that operators enter.
type Polls interface {
	// PollResults lists at most limit of a campaign's in the order in which they
	// were entered, among those of one time by ID, behind those entered at the
	// given time with the given ID; the zero ID is the start. An unknown campaign
	// is a models.Error unknown_campaign of kind NotFound.
	PollResults(ctx context.Context, tenant, campaign string, at time.Time, id models.ID, limit int) ([]social.PollRecord, error)
	// AddPollResults enters results, or finds those that are the same: added is
	// false then. A models.Error bad_poll_results of kind Invalid holds every
	// fault, where place says it is; unknown_poll_result, of kind NotFound: what
	// it replaces is not there.
	AddPollResults(ctx context.Context, tenant, campaign string, p social.PollEntry, place func(field string, row int) string) (r social.PollResults, added bool, err error)
}

package score

import (
	"context"
	"time"

	"pingyi/folding"
	"pingyi/models"
	"pingyi/social"
)

// Polls are the results of polls that operators entered.
type Polls interface {
	// PollResults lists at most limit of a campaign's behind after, in the order in
	// which they were entered.
	PollResults(ctx context.Context, tenant, campaign string, after models.After, limit int) ([]social.PollRecord, error)
	// AddPollResult stores results, or finds those that are the same: added is false.
	// models.NotFound: unknown_poll_result, which they replace.
	AddPollResult(ctx context.Context, r social.PollRecord, scope models.Scope) (record social.PollRecord, added bool, err error)
}

// PollResults lists at most limit results of a campaign behind those entered at a time
// with an id. models.NotFound: unknown_campaign.
func (s *Service) PollResults(ctx context.Context, tenant, campaign string, at time.Time, id models.ID, limit int) ([]social.PollRecord, error) {
	if _, err := s.Views.Campaign(ctx, tenant, campaign); err != nil {
		return nil, err
	}
	return s.Polls.PollResults(ctx, tenant, campaign, models.After{At: at, ID: id}, limit)
}

// AddPollResults enters results, or finds those that are the same: added is false
// then. models.Invalid: bad_poll_results, with every fault where place says it is.
func (s *Service) AddPollResults(ctx context.Context, tenant, campaign string, p social.PollEntry, place func(field string, row int) string) (r social.PollResults, added bool, err error) {
	k, err := s.Views.Campaign(ctx, tenant, campaign)
	if err != nil {
		return r, false, err
	}
	rated := make(map[string]bool, len(k.Units))
	spelt := make(map[string]string, len(k.Units))
	for _, u := range k.Units {
		rated[u.Code] = true
		spelt[folding.Code(u.Code)] = u.Code
	}
	for i := range p.Rows {
		if own := spelt[folding.Code(p.Rows[i].Unit)]; own != "" && !rated[p.Rows[i].Unit] {
			p.Rows[i].Unit = own
		}
	}
	if faults := p.Check(rated, place); len(faults) > 0 {
		return r, false, pollFaults(faults)
	}
	record, err := p.Record(tenant, k.ID, s.Now())
	if err != nil {
		return r, false, err
	}
	if record, added, err = s.Polls.AddPollResult(ctx, record, p.Scope); err != nil {
		return r, false, err
	}
	return record.Show(), added, nil
}

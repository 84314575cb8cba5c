package chat

import (
	"context"
	"time"

	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
)

// CustomerService sends what was not ready in time. It implements intake.Late.
type CustomerService struct {
	Reply     func(ctx context.Context, uid, text string) error
	Following interface {
		// Following is what is known of whether somebody follows an account.
		Following(ctx context.Context, tenant, account, id string) (scoring.Provenance, error)
	}
	Window time.Duration // after a message, a follow, a tap or a scan
	Now    func() time.Time
}

// Send implements intake.Late. The platform takes as many messages as are sent
// within the window, and none once the citizen does not follow any more; what it
// would refuse is not sent.
func (c *CustomerService) Send(ctx context.Context, t *intake.Turn, text string) error {
	if c.Now().Sub(t.Input.At) >= c.Window {
		return models.Errorf(models.Conflict, "window_closed", "the window of customer service is over")
	}
	known, err := c.Following.Following(ctx, t.Account.Tenant, t.Account.ID, t.Citizen)
	if err != nil || known == scoring.Unfollowed {
		return err
	}
	return c.Reply(ctx, t.Citizen, text)
}

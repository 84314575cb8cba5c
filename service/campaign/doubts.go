package campaign

import (
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// Doubts are what is likely wrong with a campaign that was just created: a window that
// is over, as where its year was typed wrong, and, but in a demo, the made-up telephone
// number of the shipped profiles.
func Doubts(c *models.Campaign, p *scoring.Programme, now time.Time, demo bool) (list []string) {
	if !c.ClosesAt.After(now) {
		list = append(list, "its last day of rating is over; nothing will be counted, and once approved it is sealed at once")
	}
	if !demo && p.Contacts.Phone == scoring.SamplePhone {
		list = append(list, "citizens will be told to ring "+scoring.SamplePhone+", the made-up number of the shipped profile; "+
			"put your office's own under contacts, delete the draft and create it again")
	}
	return list
}

package store

import (
	"context"
	"database/sql/driver"
	"time"

	"pingyi/models"
)

// RatingState says what became of a received rating.
type RatingState string

// States of a rating; received = the sum of all four.
const (
	StateLive       RatingState = "live"
	StateSuperseded RatingState = endSuperseded
	StateWithdrawn  RatingState = endWithdrawn
	StateExcluded   RatingState = endExcluded
)

// Rating is a rating as its person may be told of it: never with its levels.
// Account and Person say whose it is; they are for comparing alone.
type Rating struct {
	Account  string
	Person   models.ID
	Campaign string
	Channel  models.Channel
	Unit     string
	At       time.Time // received
	Receipt  string
	State    RatingState
}

type ratingRow struct {
	Account    string
	Person     models.ID
	Campaign   string
	Channel    models.Channel
	Unit       string
	ReceivedAt stamp
	Receipt    string
	State      RatingState
}

const ratingColumns = `SELECT r.account, r.person, r.campaign, r.channel, r.unit, r.received_at, r.receipt, COALESCE(e.how, CASE WHEN ` + excludedNow + ` THEN 'excluded' ELSE 'live' END) AS state FROM ratings r
 LEFT JOIN rating_ends e ON e.tenant = r.tenant AND e.campaign = r.campaign AND e.rating = r.id WHERE r.tenant = ? AND `

// boundID binds an id in a list: of a bare byte string right behind a
// parenthesis gorm would make a list of its bytes.
type boundID models.ID

// Value implements driver.Valuer.
func (i boundID) Value() (driver.Value, error) { return i[:], nil }

// Mine lists the ratings of a citizen, who is another person in every campaign,
// newest first.
func (db *DB) Mine(ctx context.Context, tenant string, persons []models.ID) ([]Rating, error) {
	if len(persons) == 0 {
		return nil, nil
	}
	args := []any{tenant}
	for _, p := range persons {
		args = append(args, boundID(p))
	}
	return db.ratings(ctx, "person IN "+tuples(1, len(persons))+" ORDER BY r.received_at DESC, r.id LIMIT ?", append(args, maxListed)...)
}

// Receipt is the rating that a receipt was given for. models.NotFound
// ("unknown_receipt"): none.
func (db *DB) Receipt(ctx context.Context, tenant, receipt string) (Rating, error) {
	list, err := db.ratings(ctx, "receipt = ?", tenant, receipt)
	if err != nil {
		return Rating{}, err
	}
	if len(list) == 0 {
		return Rating{}, models.Errorf(models.NotFound, "unknown_receipt", "no rating has this receipt")
	}
	return list[0], nil
}

func (db *DB) ratings(ctx context.Context, where string, args ...any) ([]Rating, error) {
	var rows []ratingRow
	if err := db.read.WithContext(ctx).Raw(ratingColumns+where, args...).Scan(&rows).Error; err != nil {
		return nil, fail("ratings", err)
	}
	list := make([]Rating, len(rows))
	for i, r := range rows {
		list[i] = Rating{r.Account, r.Person, r.Campaign, r.Channel, r.Unit, r.ReceivedAt.Time, r.Receipt, r.State}
	}
	return list, nil
}

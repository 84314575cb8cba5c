package rating

import (
	"context"
	"database/sql/driver"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
)

// maxOwn bounds the list of one citizen's own ratings.
const maxOwn = 200

type ratingRow struct {
	Account    string
	Person     models.ID
	Campaign   string
	Channel    models.Channel
	Unit       string
	ReceivedAt models.Time
	Receipt    string
	State      models.RatingState
}

const ratingColumns = `SELECT r.account, r.person, r.campaign, r.channel, r.unit, r.received_at, r.receipt, COALESCE(e.how, CASE WHEN ` + ExcludedNow + ` THEN 'excluded' ELSE 'live' END) AS state FROM ratings r
 LEFT JOIN rating_ends e ON e.tenant = r.tenant AND e.campaign = r.campaign AND e.rating = r.id WHERE r.tenant = ? AND `

// boundID binds an id in a list: of a bare byte string right behind a
// parenthesis gorm would make a list of its bytes.
type boundID models.ID

// Value implements driver.Valuer.
func (i boundID) Value() (driver.Value, error) { return i[:], nil }

// Mine lists the ratings of a citizen, who is another person in every campaign,
// newest first.
func (s *Store) Mine(ctx context.Context, tenant string, persons []models.ID) ([]scoring.OwnRating, error) {
	if len(persons) == 0 {
		return nil, nil
	}
	args := []any{tenant}
	for _, p := range persons {
		args = append(args, boundID(p))
	}
	return s.ratings(ctx, "person IN "+store.Tuples(1, len(persons))+" ORDER BY r.received_at DESC, r.id LIMIT ?", append(args, maxOwn)...)
}

// Receipt is the rating that a receipt was given for. models.NotFound
// ("unknown_receipt"): none.
func (s *Store) Receipt(ctx context.Context, tenant, receipt string) (scoring.OwnRating, error) {
	list, err := s.ratings(ctx, "receipt = ?", tenant, receipt)
	if err != nil {
		return scoring.OwnRating{}, err
	}
	if len(list) == 0 {
		return scoring.OwnRating{}, models.Errorf(models.NotFound, "unknown_receipt", "no rating has this receipt")
	}
	return list[0], nil
}

func (s *Store) ratings(ctx context.Context, where string, args ...any) ([]scoring.OwnRating, error) {
	var rows []ratingRow
	if err := s.db.Read(ctx).Raw(ratingColumns+where, args...).Scan(&rows).Error; err != nil {
		return nil, store.Fail("ratings", err)
	}
	list := make([]scoring.OwnRating, len(rows))
	for i, r := range rows {
		list[i] = scoring.OwnRating{
			Account: r.Account, Person: r.Person, Campaign: r.Campaign, Channel: r.Channel, Unit: r.Unit, At: r.ReceivedAt.Time, Receipt: r.Receipt, State: r.State,
		}
	}
	return list, nil
}

// LiveProvenances counts the live ratings of a channel by provenance. A rating
// that was recorded without one counts under "".
func (s *Store) LiveProvenances(ctx context.Context, tenant, campaign string, channel models.Channel) (map[scoring.Provenance]int64, error) {
	var rows []struct {
		Provenance scoring.Provenance
		N          int64
	}
	err := s.db.Read(ctx).Raw(`SELECT COALESCE(p.provenance, '') AS provenance, COUNT(*) AS n FROM live_ratings l
 LEFT JOIN rating_provenances p ON p.tenant = l.tenant AND p.campaign = l.campaign AND p.rating = l.rating
 WHERE l.tenant=? AND l.campaign=? AND l.channel=? GROUP BY COALESCE(p.provenance, '')`, tenant, campaign, string(channel)).Scan(&rows).Error
	if err != nil {
		return nil, store.Fail("provenances", err)
	}
	counts := make(map[scoring.Provenance]int64, len(rows))
	for _, r := range rows {
		counts[r.Provenance] = r.N
	}
	return counts, nil
}

// LiveRatings lists at most limit live ratings of a channel behind the rating
// after, by id.
func (s *Store) LiveRatings(ctx context.Context, tenant, campaign string, channel models.Channel, after models.ID, limit int) ([]scoring.LiveRating, error) {
	var rows []struct {
		Rating  models.ID
		Unit    string
		Person  models.ID
		Receipt string
		Item    models.ID
		At      models.Time
	}
	err := s.db.Read(ctx).Raw(`SELECT l.rating, l.unit, l.person, r.receipt, p.item, r.platform_at AS at FROM live_ratings l
 JOIN ratings r ON r.tenant = l.tenant AND r.campaign = l.campaign AND r.id = l.rating
 LEFT JOIN public_ratings p ON p.tenant = l.tenant AND p.campaign = l.campaign AND p.rating = l.rating
 WHERE l.tenant=? AND l.campaign=? AND l.channel=? AND l.rating>? ORDER BY l.rating LIMIT ?`,
		tenant, campaign, channel, after[:], limit).Scan(&rows).Error
	list := make([]scoring.LiveRating, len(rows))
	for i, r := range rows {
		list[i] = scoring.LiveRating{Rating: r.Rating, Unit: r.Unit, Person: r.Person, Receipt: r.Receipt, Public: !r.Item.IsZero(), At: r.At.Time}
	}
	return list, store.Fail("live ratings", err)
}

// RatingByReceipt is the id of the rating on a channel that a receipt was given
// for.
func (s *Store) RatingByReceipt(ctx context.Context, tenant, campaign string, channel models.Channel, receipt string) (models.ID, error) {
	var ids []models.ID
	err := s.db.Read(ctx).Raw("SELECT id FROM ratings WHERE tenant=? AND campaign=? AND channel=? AND receipt=?", tenant, campaign, channel, receipt).Scan(&ids).Error
	if err == nil && len(ids) == 0 {
		return models.ID{}, models.Errorf(models.NotFound, "unknown_receipt", "no rating has this receipt")
	}
	if err != nil {
		return models.ID{}, store.Fail("rating", err)
	}
	return ids[0], nil
}

// Exclusions lists the events of a channel, or with "" of a campaign, in the order in
// which they happened. One of a rating that is not there has neither channel nor unit.
func (s *Store) Exclusions(ctx context.Context, tenant, campaign string, channel models.Channel) ([]scoring.Exclusion, error) {
	var rows []struct {
		Rating                           models.ID
		Channel                          models.Channel
		Unit                             string
		Seq                              int
		Reason, Note, ByName, ApprovedBy string
		HappenedAt                       models.Time
		How, Via                         string
	}
	err := s.db.Read(ctx).Raw(`SELECT x.rating, COALESCE(r.channel, '') AS channel, COALESCE(r.unit, '') AS unit, x.seq, x.reason, x.note, x.by_name, x.approved_by, x.happened_at, COALESCE(e.how, '') AS how, COALESCE(x.via, '') AS via
 FROM rating_exclusions x
 LEFT JOIN ratings r ON r.tenant = x.tenant AND r.campaign = x.campaign AND r.id = x.rating
 LEFT JOIN rating_ends e ON e.tenant = x.tenant AND e.campaign = x.campaign AND e.rating = x.rating
 WHERE x.tenant=? AND x.campaign=? AND (?='' OR r.channel=?) ORDER BY x.happened_at, x.rating, x.seq`, tenant, campaign, channel, channel).Scan(&rows).Error
	list := make([]scoring.Exclusion, len(rows))
	for i, r := range rows {
		list[i] = scoring.Exclusion{
			Rating: r.Rating, Channel: r.Channel, Unit: r.Unit, Seq: r.Seq, Reason: r.Reason, Withdrawn: r.How == proof.EndWithdrawn,
			Act: scoring.Act{By: r.ByName, ApprovedBy: r.ApprovedBy, Note: r.Note, At: r.HappenedAt.Time, Via: r.Via},
		}
	}
	return list, store.Fail("exclusions", err)
}

// RawTallies is Tallies as if nothing were excluded.
func (s *Store) RawTallies(ctx context.Context, tenant, campaign string, channel models.Channel) ([]scoring.Tally, error) {
	list, err := s.tally.Tallies(ctx, tenant, campaign, channel)
	if err != nil {
		return nil, err
	}
	var rows []struct{ Unit, Answers string }
	err = s.db.Read(ctx).Raw(`SELECT r.unit, r.answers FROM ratings r
 LEFT JOIN rating_ends e ON e.tenant = r.tenant AND e.campaign = r.campaign AND e.rating = r.id
 WHERE r.tenant=? AND r.campaign=? AND r.channel=? AND e.rating IS NULL AND `+ExcludedNow, tenant, campaign, channel).Scan(&rows).Error
	if err != nil {
		return nil, store.Fail("excluded ratings", err)
	}
	at := make(map[string]int, len(list))
	for i := range list {
		at[list[i].Unit] = i
	}
	for _, r := range rows {
		answers, err := models.ParseAnswers(r.Answers)
		if err != nil {
			return nil, store.Fail("excluded ratings", err)
		}
		t := &list[at[r.Unit]]
		t.Excluded--
		t.Add(answers, 1)
	}
	return list, nil
}

// ExcludedNow is true for a rating r whose last event excluded it.
const ExcludedNow = `((SELECT COUNT(*) FROM rating_exclusions x WHERE x.tenant = r.tenant AND x.campaign = r.campaign AND x.rating = r.id) % 2 = 1)`

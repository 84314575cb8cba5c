package simulator

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"pingyi/models"
)

// Bounds of a run.
const (
	maxConcurrency     = 64
	defaultConcurrency = 8
	maxDriven          = 100_000
	maxListed          = 20 // differences and failures that an error lists
)

// DriveOptions make a run of the load driver. Platform, BaseURL, APIKey,
// Campaign and Citizens are needed.
type DriveOptions struct {
	Platform    Driven
	BaseURL     string // of the same server, http://127.0.0.1:8080
	APIKey      string // of the office
	Campaign    string
	Citizens    int              // 1 to 100,000
	Units       int              // how many of the campaign's units are rated, in the order of the scores; all where 0
	Seed        uint64           // the same seed makes the same choices
	Progress    io.Writer        // a bar is drawn here; none where nil
	Concurrency int              // citizens at once, 8 where 0, at most 64
	Client      *http.Client     // for the API; as Platform's own where nil
	Now         func() time.Time // time.Now where nil
	Random      io.Reader        // for the run's id; crypto/rand where nil
}

// Driven is a platform that the driver can use: Platform or WeiboPlatform.
type Driven interface {
	Face
	webhook() *url.URL
	channel() models.Channel
	citizenID(run string, number int) string
}

// run is a run of the driver under way.
type run struct {
	o      DriveOptions
	id     string // in every openid of the run
	units  []unitScore
	next   atomic.Int64
	done   atomic.Int64
	pushes atomic.Int64

	mu       sync.Mutex // guards what follows
	own      map[string]*count
	receipts map[string]bool
	changes  int
	times    []time.Duration
	failures []string
	failed   int
}

// Drive lets made-up citizens rate units by every way the chat offers, checks
// each answer, and compares what the scores grew by with its own count. Nothing
// else may rate meanwhile.
//
// Errors: models.Invalid for options that make no run, above all an address
// that is not on this machine; models.Forbidden where the server's /readyz does
// not say demo; else what went wrong or differs, one a line.
func Drive(ctx context.Context, o DriveOptions) (Summary, error) {
	s, err := o.check()
	if err != nil {
		return Summary{}, err
	}
	if err := s.wantDemo(ctx); err != nil {
		return Summary{}, err
	}
	before, err := s.scores(ctx, o.Campaign, o.Platform.channel())
	if err != nil {
		return Summary{}, err
	}
	if len(before) == 0 {
		return Summary{}, models.Errorf(models.Invalid, "no_units", "the campaign has no units")
	}
	id, err := randomWord(sharedSource(o.Random), 10)
	if err != nil {
		return Summary{}, err
	}
	r := &run{o: o, id: id, units: before, own: map[string]*count{}, receipts: map[string]bool{}}
	if o.Units > 0 && o.Units < len(before) {
		r.units = before[:o.Units]
	}
	start := o.Now()
	r.all(ctx)
	took := o.Now().Sub(start)
	if err := ctx.Err(); err != nil {
		return r.summary(took), fmt.Errorf("drive: %w", err)
	}
	after, err := s.scores(ctx, o.Campaign, o.Platform.channel())
	if err != nil {
		return r.summary(took), err
	}
	differences, err := compare(before, after, r.own)
	if err != nil {
		return r.summary(took), err
	}
	return r.summary(took), r.verdict(differences)
}

// check fills in the defaults.
func (o *DriveOptions) check() (*server, error) {
	if o.Platform == nil || o.Campaign == "" || o.APIKey == "" {
		return nil, models.Errorf(models.Invalid, "drive", "a run needs a platform, a campaign and an API key")
	}
	if o.Citizens < 1 || o.Citizens > maxDriven || o.Units < 0 {
		return nil, models.Errorf(models.Invalid, "drive", "a run has 1 to %d citizens, and no negative number of units", maxDriven)
	}
	if o.Concurrency == 0 {
		o.Concurrency = defaultConcurrency
	}
	if o.Concurrency < 1 || o.Concurrency > maxConcurrency {
		return nil, models.Errorf(models.Invalid, "drive", "1 to %d citizens at once", maxConcurrency)
	}
	base, err := webAddress(o.BaseURL)
	if err == nil {
		err = onThisMachine(base)
	}
	if err == nil {
		err = onThisMachine(o.Platform.webhook())
	}
	if err != nil {
		return nil, err
	}
	if o.Client == nil {
		o.Client = directClient()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &server{base: base, key: o.APIKey, client: o.Client}, nil
}

// all lets every citizen have their visit, a bounded number at once.
func (r *run) all(ctx context.Context) {
	stop := r.showProgress()
	defer stop()
	var workers sync.WaitGroup
	for range min(r.o.Concurrency, r.o.Citizens) {
		workers.Go(func() {
			for ctx.Err() == nil {
				number := int(r.next.Add(1)) - 1
				if number >= r.o.Citizens {
					return
				}
				r.one(ctx, number)
				r.done.Add(1)
			}
		})
	}
	workers.Wait()
}

// one is the visit of one citizen.
func (r *run) one(ctx context.Context, number int) {
	v := &visit{
		face:    r.o.Platform,
		citizen: Citizen{OpenID: r.o.Platform.citizenID(r.id, number)},
		units:   r.units,
		live:    map[int]models.Answers{},
		onPush:  func() { r.pushes.Add(1) },
	}
	err := v.run(ctx, planCitizen(r.o.Seed, number, len(r.units)))
	r.mu.Lock()
	defer r.mu.Unlock()
	for unit, answers := range v.live {
		code := r.units[unit].Code
		if r.own[code] == nil {
			r.own[code] = &count{}
		}
		r.own[code].add(answers)
	}
	r.changes += v.changes
	r.times = append(r.times, v.pushes...)
	for _, receipt := range v.receipts {
		if r.receipts[receipt] {
			r.fail(fmt.Sprintf("citizen %d: a receipt was given out before", number))
		}
		r.receipts[receipt] = true
	}
	if err != nil && ctx.Err() == nil {
		r.fail(fmt.Sprintf("citizen %d, %v", number, err))
	}
}

// fail notes a failure; mu is held.
func (r *run) fail(text string) {
	r.failed++
	if len(r.failures) < maxListed {
		r.failures = append(r.failures, text)
	}
}

package opinion

import (
	"context"
	"strconv"

	"pingyi/social"
)

// answersAtOnce is how many pushed texts are read while the platform waits. What
// comes beyond that, or before the account's name is known, is kept, read later
// and not answered.
const answersAtOnce = 32

// Mention keeps a text; the same ID may come more than once. answer is what its author
// is told in private, the same for every repeat, and mostly nothing. An error means that
// the text was not kept: the platform is to push it again.
func (p *Opinions) Mention(ctx context.Context, m Mention) (string, error) {
	id, err := strconv.ParseUint(m.ID, 10, 64)
	if err != nil || id == 0 {
		return "", nil // of no text that can be found again
	}
	kind := social.Status
	if m.Subtype == "comment" {
		kind = social.Comment
	}
	if err = p.ready(ctx); err != nil {
		return "", err
	}
	err = p.poller.Pushed(ctx, social.Text{
		Kind: kind, ID: id, Text: m.Text, At: m.At, Author: social.Profile{UID: m.Citizen},
	})
	if err != nil {
		return "", err
	}
	defer p.awake()
	if !p.named() {
		return "", nil
	}
	select {
	case p.answering <- struct{}{}:
		defer func() { <-p.answering }()
	default:
		return "", nil
	}
	a, err := p.reader.Reply(ctx, p.Store, kind, id)
	if err != nil {
		p.Log.Warn("a mention is kept and not answered", "err", err)
		return "", nil
	}
	return p.Say(a), nil
}

// awake has what was stored read soon.
func (p *Opinions) awake() {
	select {
	case p.wake <- struct{}{}:
	default: // it is awake
	}
}

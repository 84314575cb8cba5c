package main

import (
	"context"
	"strconv"

	"pingyi/bot/flow/public"
	"pingyi/social"
	"pingyi/web/hook"
)

// answersAtOnce is how many pushed texts are read while the platform waits. What
// comes beyond that, or before the account's name is known, is kept, read later
// and not answered.
const answersAtOnce = 32

var _ hook.Mentions = (*publicOpinions)(nil)

// Mention implements hook.Mentions.
func (p *publicOpinions) Mention(ctx context.Context, m hook.Mention) (string, error) {
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
	a, err := p.reader.Reply(ctx, p.db, kind, id)
	if err != nil {
		p.log.Warn("a mention is kept and not answered", "err", err)
		return "", nil
	}
	return p.say(publicText(a)), nil
}

// awake has what was stored read soon.
func (p *publicOpinions) awake() {
	select {
	case p.wake <- struct{}{}:
	default: // it is awake
	}
}

// publicText is an answer as the dialogue's engine words it.
func publicText(a social.Answer) public.Text {
	t := public.Text{Unit: a.Unit.Name, Example: a.Example.Name}
	switch a.Tell {
	case social.TellCounted:
		t.Fate = public.Counted
	case social.TellStands:
		t.Fate = public.Stands
	case social.TellUnlinked:
		t.Fate = public.Unlinked
	case social.TellNotRated:
		t.Fate = public.NotRated
	case social.TellHow:
		t.Fate = public.How
	case social.TellHowPrivate:
		t.Fate = public.HowPrivate
	case social.TellNothing:
	}
	return t
}

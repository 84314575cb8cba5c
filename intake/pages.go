package intake

import (
	"context"

	"pingyi/bot"
)

// say is what an answer shows first; its other pages wait in the session. An
// answer that says nothing leaves those of the answer before.
func (d *Desk) say(t *turn, next *bot.Session, m bot.Message) Answer {
	face, paged := t.Account.Face.(Paged)
	if !paged || m.Empty() {
		return d.answer(t, m)
	}
	a := Answer{At: d.Now().Unix()}
	next.Rest = nil
	if pages := face.Pages(m); len(pages) > 0 {
		a.Text, next.Rest = pages[0], pages[1:]
	}
	return a
}

// saveSaying saves a dialogue that had no effect, and its answer.
func (d *Desk) saveSaying(ctx context.Context, t *turn, cur current, next bot.Session, m bot.Message) (SessionState, Answer, error) {
	a := d.say(t, &next, m)
	return d.save(ctx, t, cur, next, a)
}

// nextPage answers with the next page of the last answer; the dialogue stays
// where it is.
func (d *Desk) nextPage(ctx context.Context, t *turn, cur current, s bot.Session) (SessionState, Answer, error) {
	t.kind = "step"
	a := Answer{At: d.Now().Unix(), Text: s.Rest[0]}
	s.Rest = s.Rest[1:]
	return d.save(ctx, t, cur, s, a)
}

// world is the world that the turn is advanced in, after the input was freed of what
// only the account can read.
func (d *Desk) world(t *turn) *bot.World {
	w := d.Worlds.World(t.Account)
	if target, known := w.Scenes[t.Input.Scene]; known {
		t.Input.Scene = target
	}
	return w
}

// recordFollower records that the citizen of a push began to follow, where it says so.
func (d *Desk) recordFollower(ctx context.Context, t *turn) {
	if !t.Follows || d.Followers == nil {
		return
	}
	if err := d.Followers.Followed(ctx, &t.Turn); err != nil {
		// What is not known now is looked up when the campaign is settled.
		d.Log.Warn("follower not recorded", "err", err)
	}
}

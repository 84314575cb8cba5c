package intake

import "context"

// The release before this one named sessions and pushes in Redis by the hashes that
// stand in SQL. Until its sessions are over, a day after the last of its servers, a
// session that is not found under its present name is looked for under that one.
// All of this file goes with the next release.

// earlier looks for what a server of the release before keeps of a push: its first
// answer, which is made the first answer under the present name, or else the
// citizen's session. Where such a server runs the push just now it waits a little
// and reports Running.
func (d *Desk) earlier(ctx context.Context, t *turn) (SessionState, Answer, error) {
	st, err := d.Sessions.Load(ctx, t.CitizenID, t.PushID)
	if err != nil {
		return st, Answer{}, err
	}
	switch st.Status {
	case Answered:
		t.kind = "repeat"
		now, err := d.Sessions.Answer(ctx, t.sessionName, t.pushName, st.Answer)
		if err != nil {
			return st, Answer{}, err
		}
		if now.Status == Answered {
			st.Answer = now.Answer
		}
		first, err := d.openAnswer(ctx, t, st.Answer)
		return st, first, err
	case Running:
		t.elsewhere = true
		return st, Answer{}, wait(ctx, pollEvery)
	}
	t.old = st.Session != nil
	return st, Answer{}, nil
}

// dropEarlier deletes the session of the release before once it stands under its
// present name: a server of that release would confirm what it shows no more.
func (d *Desk) dropEarlier(ctx context.Context, t *turn) {
	if !t.old {
		return
	}
	if err := d.Sessions.Drop(ctx, t.CitizenID); err != nil {
		d.Log.Warn("a session of the release before is not deleted", "err", err)
		return
	}
	t.old = false
}

package opinion

import (
	"context"
	"log/slog"
	"time"

	"pingyi/models"
	"pingyi/social"
)

// Tokens note when access tokens were issued. A token is named by a keyed hash.
type Tokens interface {
	// TokenIssued is when a token was issued; zero: nothing is noted of it.
	TokenIssued(ctx context.Context, a social.Account, token models.ID) (time.Time, error)
	// NoteToken says when it was, over what was noted.
	NoteToken(ctx context.Context, a social.Account, token models.ID, issued, now time.Time) error
}

// AccessToken is the configured token as the record knows it: by a keyed hash,
// which is zero where there is none.
type AccessToken struct {
	tokens  Tokens
	account social.Account
	hash    models.ID
}

// Token is the access token of the account; secret is empty where there is none.
func (k *Keys) Token(tokens Tokens, secret string) AccessToken {
	t := AccessToken{tokens: tokens, account: k.account}
	if secret != "" {
		t.hash = k.tenant.Push(k.account.ID, "access token/"+secret)
	}
	return t
}

// Read is when the token was issued: as noted, else now, as it was not seen before. It
// is not known where there is no token. Nothing is written.
func (a AccessToken) Read(ctx context.Context, now time.Time) (t social.Token, known bool, err error) {
	if a.hash.IsZero() {
		return t, false, nil
	}
	if t.Issued, err = a.tokens.TokenIssued(ctx, a.account, a.hash); err != nil {
		return t, false, err
	}
	if t.Issued.IsZero() {
		t.Issued = now
	}
	return t, true, nil
}

// NoteSeen notes that the token was seen at now, where nothing is noted of it. Its time
// counts from then.
func (a AccessToken) NoteSeen(ctx context.Context, now time.Time) error {
	if a.hash.IsZero() {
		return nil
	}
	issued, err := a.tokens.TokenIssued(ctx, a.account, a.hash)
	if err != nil || !issued.IsZero() {
		return err
	}
	return a.tokens.NoteToken(ctx, a.account, a.hash, now, now)
}

// Note says when the token was issued.
func (a AccessToken) Note(ctx context.Context, issued, now time.Time) error {
	if a.hash.IsZero() {
		return nil
	}
	return a.tokens.NoteToken(ctx, a.account, a.hash, issued, now)
}

// TokenWatch warns 30, 7 and 1 days before the access token ends.
type TokenWatch struct {
	Log *slog.Logger
	// DaysLeft is set to the whole days until the end.
	DaysLeft interface{ Set(n float64) }

	warned social.Warning
	day    string // of the last warning
}

// look notes a token that was not seen before, sets the metric, and warns once a
// threshold and once a day from the first threshold on.
func (w *TokenWatch) look(ctx context.Context, token AccessToken, now time.Time) error {
	if err := token.NoteSeen(ctx, now); err != nil {
		return err
	}
	t, known, err := token.Read(ctx, now)
	if err != nil || !known {
		return err
	}
	w.DaysLeft.Set(float64(t.DaysLeft(now)))
	warning, day := t.Warning(now), social.Day(now)
	if warning == social.NoWarning || warning == w.warned && day == w.day {
		w.warned = warning
		return nil
	}
	w.warned, w.day = warning, day
	if warning == social.Ended {
		w.Log.Error("the access token of the Weibo account has ended: nothing public is fetched until it is renewed")
		return nil
	}
	w.Log.Warn("the access token of the Weibo account ends soon: have it issued anew, it cannot be refreshed",
		"days", t.DaysLeft(now), "ends", t.Ends().Format(time.DateOnly))
	return nil
}

package weiboapi

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"pingyi/social"
)

// id is an id as the platform writes it: a number or a string, of up to 20
// digits, never read as a float.
type id string

func (i *id) UnmarshalJSON(raw []byte) error {
	var s string
	if len(raw) > 0 && raw[0] == '"' {
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
	} else if s = string(raw); s == "null" {
		s = ""
	}
	if s != "" {
		if _, err := strconv.ParseUint(s, 10, 64); err != nil {
			return errors.New("an id is no number")
		}
	}
	*i = id(s)
	return nil
}

// flag is true, 1 or "1".
type flag bool

func (f *flag) UnmarshalJSON(raw []byte) error {
	switch string(raw) {
	case "true", "1", `"1"`, `"true"`:
		*f = true
	case "false", "0", `"0"`, `"false"`, "null", `""`:
		*f = false
	default:
		return errors.New("a flag is neither true nor false")
	}
	return nil
}

// post is a comment or a status.
type post struct {
	ID        id     `json:"id"`
	IDStr     id     `json:"idstr"`
	CreatedAt string `json:"created_at"`
	Text      string `json:"text"`
	User      *user  `json:"user"`
}

func (p *post) text(kind social.Kind) (social.Text, error) {
	digits := p.IDStr
	if digits == "" {
		digits = p.ID
	}
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil || n == 0 {
		return social.Text{}, errors.New("a text has no id")
	}
	at, err := time.Parse(time.RubyDate, p.CreatedAt)
	if err != nil {
		return social.Text{}, errors.New("a text has no time")
	}
	t := social.Text{Kind: kind, ID: n, Text: p.Text, At: at.UTC()}
	if p.User != nil { // a deleted status keeps its place without its author
		t.Author = p.User.profile()
	}
	return t, nil
}

// user is an account. Fields that the platform leaves out are nil.
type user struct {
	ID           id     `json:"id"`
	IDStr        id     `json:"idstr"`
	ScreenName   string `json:"screen_name"`
	CreatedAt    string `json:"created_at"`
	Followers    *int64 `json:"followers_count"`
	Statuses     *int64 `json:"statuses_count"`
	VerifiedType *int   `json:"verified_type"`
	FollowMe     *flag  `json:"follow_me"` // follows the account that the token is of
}

func (u *user) profile() social.Profile {
	p := social.Profile{UID: string(u.IDStr), Followers: u.Followers, Statuses: u.Statuses, VerifiedType: u.VerifiedType}
	if p.UID == "" {
		p.UID = string(u.ID)
	}
	if at, err := time.Parse(time.RubyDate, u.CreatedAt); err == nil {
		at = at.UTC()
		p.CreatedAt = &at
	}
	if u.FollowMe != nil {
		f := bool(*u.FollowMe)
		p.Follows = &f
	}
	return p
}

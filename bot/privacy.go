package bot

// sayPrivacy says what is kept of a citizen, for how long, who could open it, and
// whom to ask. Each line is true of what the program does.
func (t *turn) sayPrivacy() {
	t.say(textPrivacy)
	c := t.campaignFor("")
	if c != nil && !c.Appealed.IsZero() {
		t.say(textPrivacyKeyDay, t.date(c.Appealed))
	} else {
		t.say(textPrivacyKey)
	}
	if !t.w.ComplaintsOff {
		t.say(textPrivacyComplaints)
	}
	t.say(textPrivacyLeave)
	n := t.contacts()
	if n.Phone == "" {
		t.say(textPrivacyAskHotline, n.Hotline)
		return
	}
	t.say(textPrivacyAsk, n.Office, n.Phone)
}

package models

// Tables returns a zero row of every table, in the order in which a reader meets
// them: what a campaign is, what it receives, and what serves both.
func Tables() []any {
	return []any{
		Installation{}, JobRun{}, Tenant{}, Revision{}, Counter{}, WrappedKey{}, APIKey{}, APIKeyUnit{},
		Unit{}, Scene{}, Campaign{}, CampaignUnit{}, CampaignChannel{}, Method{},
		Effect{}, EffectAnswer{}, Rating{}, RatingEnd{}, RatingWithdrawal{}, RatingReason{}, RatingExclusion{}, RatingProvenance{},
		LiveRating{}, Tally{}, Attestation{},
		Complaint{}, ComplaintEvent{}, ComplaintKey{}, ComplaintContact{}, ComplaintLink{}, FilingQuota{}, CodeGuess{}, CodeFailure{},
		Identity{}, Follower{},
		PublicRating{}, PublicSeal{}, PollResult{},
		SocialItem{}, SocialReading{}, SocialRetraction{}, SocialAccount{}, SocialAnswer{}, SignedReading{}, SocialBudget{}, SocialCursor{}, SocialLease{}, SocialToken{},
	}
}
